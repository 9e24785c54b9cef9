"""`explain`: why items were skipped, reduced or deferred."""

from __future__ import annotations

from ef_engine.service.results import result_document
from ef_engine.store.places import Places
from ef_engine.store.records import Record

FORMATS = ("text", "json", "csv")


def explain(places: Places, record: Record, memo: str | None, form: str, width: int) -> str:
    """What was not confirmed in full, or every occurrence whose memo the pattern `memo` finds.

    As text they are sentences; as json or csv the decisions, with the columns of `decisions.csv`.
    """
    from ef_engine.evaluation.csv_text import DECISION_COLUMNS
    from ef_engine.report.explain import explain_report, told
    from ef_engine.report.listing import render_list
    from ef_engine.report.text import render_text

    result = result_document(places, record)
    if form == "text":
        return render_text(explain_report(result, memo), width)
    rows = [[decision[column] for column in DECISION_COLUMNS] for decision in told(result, memo)]
    return render_list(DECISION_COLUMNS, rows, form)
