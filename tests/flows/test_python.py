"""Flows in Python: what cannot be sent to a process is told at once; scripts work with and without a guard."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ef_engine import Flow, InputError, all_of, any_of
from ef_engine.flows.arguments import resolved
from ef_engine.flows.model import Command
from ef_engine.jobs.plain_values import NotPlainError, from_plain, result_to_plain, to_plain
from tests.flows.conftest import Mill
from tests.flows.random_flows import SOME


def work(value: object = None) -> object:
    return value


def fails() -> None:
    raise ValueError("broken")


def told(flow: Flow) -> str:
    with pytest.raises(InputError) as error:
        flow.run()
    return str(error.value)


def local() -> Callable[[], None]:
    def inner() -> None: ...

    return inner


class Button:
    def __init__(self) -> None:
        self.lock = threading.Lock()

    def press(self) -> None: ...

    def __call__(self) -> None: ...


@pytest.mark.parametrize(
    ("function", "name"),
    [(lambda: None, "<lambda>"), (local(), "inner"), (Button(), "Button"), (Button().press, "press")],
)
def test_a_callable_without_a_name_of_its_own_is_refused(function: Callable[[], None], name: str) -> None:
    flow = Flow("nightly")
    flow.add_step("a", function)
    remedy = "define it with `def` at the top of a module or script, without closing over anything"
    assert told(flow) == f"flow nightly, step a, run: {name} cannot be sent to a process; {remedy}."


def test_every_argument_that_is_no_text_is_told() -> None:
    flow = Flow("nightly")
    flow.add_step("a", work, kwargs={"value": threading.Lock()})
    flow.add_step("b", work, args=[object()], repeats=[Button()])
    assert told(flow).splitlines() == [
        "flow nightly, step a, value: a _thread.lock cannot be sent to a process; "
        "give numbers, texts, dates, paths or lists.",
        "flow nightly, step b, repeats: a tests.flows.test_python.Button cannot be sent to a process; "
        "give numbers, texts, dates, paths or lists.",
        "flow nightly, step b, args: a builtins.object cannot be sent to a process; "
        "give numbers, texts, dates, paths or lists.",
    ]


def test_a_circle_is_found_before_anything_runs_and_drawn() -> None:
    flow = Flow("nightly")
    a = flow.add_step("a", work, requires=[("c", "success")])
    b = flow.add_step("b", work, requires=[(a, "success")])
    flow.add_step("c", work, requires=[(b, "success")])
    assert "none can begin: a -> c -> b -> a" in told(flow)


def test_a_misspelled_option_is_told() -> None:
    flow = Flow("nightly")
    flow.add_step("a", work, retry=3)
    assert (
        told(flow)
        == "flow nightly, step a, options: got an unexpected keyword argument 'retry'; see `help(Flow.add_step)`."
    )


def test_results_come_back_and_a_failure_is_one(mill: Mill) -> None:
    flow = Flow("values")
    a = flow.add_step("a", work, kwargs={"value": {"on": date(2026, 1, 2), "sum": Decimal("1.10")}})
    b = flow.add_step("b", functools.partial(work, a), requires=[any_of((a, "success"), all_of("c", "a"))])
    flow.add_step("c", fails, requires=(a, "success"), keep_going=True)
    flow.add_step("d", work, requires=[(b, "success"), ("c", "failure")])
    result = flow.run(workspace=mill.home / "work", quiet=True)
    assert result["b"].result == {"on": date(2026, 1, 2), "sum": Decimal("1.10")}
    assert (result["c"].status, result["c"].message) == ("failure", "ValueError: broken")
    assert (result.outcome, result.handled) == ("success", 1)
    assert str(result) == "Processing finished with: success (1 handled failure)"


GUARDS = ["{}", "if __name__ == '__main__':\n    {}"]


@pytest.mark.parametrize("guard", GUARDS, ids=["without a guard", "with a guard"])
def test_a_script_runs_its_flow_once(mill: Mill, guard: str) -> None:
    text = """
from ef_engine import Flow
from steps import note

def own():
    return note("own")

flow = Flow("script")
flow.add_step("a", own)
"""
    mill.write("script.py", text + guard.format("print(flow.run()['a'].result)") + "\n")
    ran = mill.script("script.py")
    assert ran.stdout.splitlines() == ["Processing finished with: success", "own@1"]
    assert mill.ran() == ["own@1"]


def test_a_step_may_be_recovered_from_python_and_the_plan_asked_before(mill: Mill) -> None:
    text = """
from ef_engine import Flow
from steps import note

flow = Flow("script")
a = flow.add_step("a", note, kwargs={"name": "a"})
flow.add_step("b", note, kwargs={"name": "b"}, requires=[(a, "success")])
first = flow.run(quiet=True)
print(flow.plan(recover=True))
"""
    mill.write("script.py", text)
    ran = mill.script("script.py", bad="b@1")
    assert ran.stdout == "skip  a@1: succeeded with the same inputs\nrun   b@1: failed\n"


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary() | st.dates()
    | st.datetimes() | st.times() | st.timedeltas(timedelta(-99), timedelta(99)) | st.decimals(allow_nan=False)
    | st.sampled_from([Path("a/b"), Path("/")]),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple)
    | st.dictionaries(st.text(), inner, max_size=3) | st.dictionaries(st.integers(), inner, max_size=2)
    | st.frozensets(st.integers() | st.text(), max_size=3) | st.just({"$type": "date", "value": 3}),
    max_leaves=6,
)  # fmt: skip


@given(PLAIN)
@SOME
def test_a_value_comes_back_from_text_as_it_went(value: Any) -> None:
    import json

    assert from_plain(json.loads(json.dumps(to_plain(value)))) == value


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("a b", "a b"),
        (12, "12"),
        (date(2026, 1, 31), "2026-01-31"),
        (Decimal("12.50"), "12.50"),
        (Path("a/b.json"), "a/b.json"),
        (None, "null"),
        ([date(2026, 1, 31), 2], '["2026-01-31", 2]'),
        ({"from": (1, 2)}, '{"from": [1, 2]}'),
        ({"$type": "mine"}, '{"$type": "mine"}'),
    ],
)
def test_a_value_among_the_words_of_a_command_reads_as_one_writes_it(value: Any, word: str) -> None:
    plain = value if isinstance(value, dict) and "$type" in value else to_plain(value)
    assert resolved(Command(("{given}",)), {"given": plain}.__getitem__) == Command((word,))


def test_what_has_no_text_is_told_by_its_looks_and_cannot_be_passed_on() -> None:
    plain = result_to_plain(Button())
    assert "Button object" in plain["value"]
    with pytest.raises(NotPlainError, match=r"test_python\.Button"):
        from_plain(plain)
