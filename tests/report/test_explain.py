"""Why something did not happen, in sentences."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ef_engine.errors import CommandError, NotFoundError
from ef_engine.report.explain import explain_report
from ef_engine.report.text import render_text
from ef_engine.report.wording import decision_sentence
from tests.report.documents import occurrence, on_disk, result_with

TITLE = "What became of the occurrences of forecast 0123456789ab"
SKIPPED = occurrence("shoes", "skipped")


@pytest.mark.parametrize(
    ("decision", "sentence"),
    [
        (SKIPPED, "shoes on 2026-03-01 was skipped: Checking would be 12.40 below its minimum on 2026-03-05."),
        (
            occurrence("shoes", "reduced", executed=Decimal("40.00")),
            "shoes on 2026-03-01 was reduced from 1,100.00 to 40.00: "
            "Checking would be 12.40 below its minimum on 2026-03-05.",
        ),
        (
            occurrence("shoes", "reduced", executed=Decimal("40.00"), executed_date="2026-03-08", reason="too dear."),
            "shoes on 2026-03-01 was reduced from 1,100.00 to 40.00 and deferred to 2026-03-08: too dear.",
        ),
        (
            occurrence("shoes", "deferred", executed_date="2026-03-08"),
            "shoes on 2026-03-01 was deferred to 2026-03-08: Checking would be 12.40 below its minimum on 2026-03-05.",
        ),
        (occurrence("shoes"), "shoes on 2026-03-01 was confirmed (1,100.00)."),
    ],
    ids=["skipped", "reduced", "reduced later", "deferred", "confirmed"],
)
def test_a_decision_is_one_sentence(decision: dict[str, object], sentence: str) -> None:
    assert decision_sentence(decision) == sentence


def test_everything_not_confirmed_in_full_is_told() -> None:
    report = explain_report(result_with(occurrence("rent"), SKIPPED, occurrence("bag", "skipped")))
    assert report.blocks[0].heading == ""
    assert render_text(report, 200) == (
        f"{TITLE}\n\n"
        "Of 3 occurrences, 2 were skipped.\n"
        "shoes on 2026-03-01 was skipped: Checking would be 12.40 below its minimum on 2026-03-05.\n"
        "bag on 2026-03-01 was skipped: Checking would be 12.40 below its minimum on 2026-03-05.\n"
    )


def test_with_a_memo_all_its_occurrences_are_told() -> None:
    text = render_text(explain_report(result_with(occurrence("rent"), SKIPPED, occurrence("red shoes")), "sho"), 200)
    assert text == (
        f"{TITLE}\n\n"
        "Of 2 occurrences, 1 was skipped.\n"
        "shoes on 2026-03-01 was skipped: Checking would be 12.40 below its minimum on 2026-03-05.\n"
        "red shoes on 2026-03-01 was confirmed (1,100.00).\n"
    )


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (0, "No budget item has an occurrence in this forecast."),
        (1, "The one occurrence was confirmed in full."),
        (2, "All 2 occurrences were confirmed in full."),
    ],
)
def test_it_says_when_there_is_nothing_to_explain(number: int, sentence: str) -> None:
    assert render_text(explain_report(result_with(*[occurrence("rent")] * number))) == f"{TITLE}\n\n{sentence}\n"


def test_an_unknown_memo_is_not_found_and_the_known_ones_are_named() -> None:
    with pytest.raises(NotFoundError) as caught:
        explain_report(result_with(occurrence("rent"), SKIPPED, occurrence("rent")), "hats")
    assert str(caught.value) == "no occurrence has a memo that matches 'hats'; the memos are: rent, shoes."


def test_a_broken_pattern_is_a_mistake_of_the_command() -> None:
    with pytest.raises(CommandError, match=r"^'\(' is no regular expression \(.*\); escape it with a backslash\.$"):
        explain_report(result_with(SKIPPED), "(")


def test_an_infeasible_forecast_says_first_what_broke() -> None:
    result, _ = on_disk("infeasible_bill")
    assert render_text(explain_report(result, "want")) == (
        f"{TITLE} (infeasible bill)\n\n"
        "Infeasible: bill on 2028-01-17 cannot happen: Checking would be 50.00 below its\n"
        "  minimum on 2028-01-17 (100.00 needed, 50.00 available).\n"
        "Nothing of a lower priority was considered, and the balances end the day before.\n\n"
        "The one occurrence was skipped.\n"
        "want on 2028-01-05 was skipped: Checking would be 50.00 below its minimum on\n"
        "  2028-01-17.\n"
    )
