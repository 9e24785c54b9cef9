"""`explain`: why items were skipped, reduced or deferred."""

from __future__ import annotations

from ef_engine.service.results import result_document
from ef_engine.store.places import Places
from ef_engine.store.records import Record


def explain(places: Places, record: Record, memo: str | None, width: int) -> str:
    """Sentences for what was not confirmed in full, or for every occurrence whose memo the pattern `memo` finds."""
    from ef_engine.report.explain import explain_report
    from ef_engine.report.text import render_text

    return render_text(explain_report(result_document(places, record), memo), width)
