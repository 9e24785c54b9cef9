"""The two worked examples, as documents and in Python: exactly that order, and exactly that recovery."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flows.conftest import Mill

LOOPS_ORDER = (
    *("p1@1.1.1", "p2@1.1.1", "p1@1.1.2", "p2@1.1.2", "p3@1.1"),
    *("p1@1.2.1", "p2@1.2.1", "p1@1.2.2", "p2@1.2.2", "p3@1.2", "p4@1"),
)


def says(name: str, text: str, *requires: str) -> dict[str, Any]:
    return {
        "name": name, "run": "steps:say", "kwargs": {"text": text}, "requires": [[each, "success"] for each in requires]
    }  # fmt: skip


LOOPS_DOCUMENT = [
    {
        "name": "s1",
        "repeats": [1, 2],
        "steps": [
            {"name": "s11", "repeats": [1, 2], "steps": [says("s111", "p1"), says("s112", "p2", "s111")]},
            says("s12", "p3", "s11"),
        ],
    },
    says("s2", "p4", "s1"),
]
LOOPS_SCRIPT = """
    import sys
    from ef_engine import Flow
    from steps import say

    flow = Flow("nightly")
    s1 = flow.add_step("s1", repeats=[1, 2])
    s11 = s1.add_step("s11", repeats=[1, 2])
    s111 = s11.add_step("s111", say, kwargs={"text": "p1"})
    s112 = s11.add_step("s112", say, kwargs={"text": "p2"}, requires=[(s111, "success")])
    s12 = s1.add_step("s12", say, kwargs={"text": "p3"}, requires=[(s11, "success")])
    s2 = flow.add_step("s2", say, kwargs={"text": "p4"}, requires=[(s1, "success")])
    flow.run(recover="--recover" in sys.argv)
"""
FORK_DOCUMENT = [
    says("a1", "A1"), says("a2", "A2"), says("b", "B", "a1", "a2"), says("c1", "C1", "b"), says("c2", "C2", "b")
]  # fmt: skip
FORK_SCRIPT = """
    import sys
    from ef_engine import Flow
    from steps import note

    def extract(account):
        note(account)

    def stage_and_run():
        note("B")

    def send(to):
        note(to)

    nightly = Flow("nightly")
    a1 = nightly.add_step("a1", extract, kwargs={"account": "A1"})
    a2 = nightly.add_step("a2", extract, kwargs={"account": "A2"})
    b = nightly.add_step("b", stage_and_run, requires=[(a1, "success"), (a2, "success")])
    c1 = nightly.add_step("c1", send, kwargs={"to": "C1"}, requires=[(b, "success")])
    c2 = nightly.add_step("c2", send, kwargs={"to": "C2"}, requires=[(b, "success")])
    result = nightly.run(recover="--recover" in sys.argv)
"""


class Example:
    """One of the examples in one of its forms."""

    def __init__(self, mill: Mill, form: str, document: list[dict[str, Any]], script: str) -> None:
        self.mill, self.form = mill, form
        self.file = mill.flow(*document)
        mill.write("flow.py", script)

    def run(self, *words: str, bad: str = "") -> str:
        """Runs it and returns the last line it printed."""
        if self.form == "python":
            ran = self.mill.script("flow.py", *words, bad=bad)
        else:
            ran = self.mill.cli("run", "flow", *(["nightly"] if words else [self.file]), *words, bad=bad)
        assert "Traceback" not in ran.stderr
        return ran.stdout.splitlines()[-1]


@pytest.mark.parametrize("form", ["document", "python"])
def test_loops_in_loops_run_in_order_and_go_on_where_they_failed(mill: Mill, form: str) -> None:
    example = Example(mill, form, LOOPS_DOCUMENT, LOOPS_SCRIPT)

    assert example.run() == "Processing finished with: success"
    assert mill.ran() == [*LOOPS_ORDER]

    assert example.run(bad="p1@1.2.2") == "Processing finished with: failure"
    assert mill.ran() == [*LOOPS_ORDER[:7]]
    assert example.run("--recover") == "Processing finished with: success"
    assert mill.ran() == ["p1@1.2.2", "p2@1.2.2", "p3@1.2", "p4@1"]
    assert example.run("--recover") == "Processing finished with: success"
    assert mill.ran() == []


@pytest.mark.parametrize("form", ["document", "python"])
def test_of_a_fork_only_the_step_that_failed_runs_again(mill: Mill, form: str) -> None:
    example = Example(mill, form, FORK_DOCUMENT, FORK_SCRIPT)

    assert example.run(bad="C2@1") == "Processing finished with: failure"
    first = mill.ran()
    assert (set(first[:2]), first[2], set(first[3:])) == ({"A1@1", "A2@1"}, "B@1", {"C1@1"})
    assert example.run("--recover") == "Processing finished with: success"
    assert mill.ran() == ["C2@1"]
    assert example.run("--recover") == "Processing finished with: success"
    assert mill.ran() == []


def test_a_flow_in_python_is_recovered_from_the_command_line(mill: Mill) -> None:
    example = Example(mill, "python", FORK_DOCUMENT, FORK_SCRIPT)
    example.run(bad="B@1")
    mill.ran()
    ran = mill.cli("run", "flow", "nightly", "--recover")
    assert ran.stdout.splitlines()[-1] == "Processing finished with: success"
    first, *others = mill.ran()
    assert (first, set(others)) == ("B@1", {"C1@1", "C2@1"})
