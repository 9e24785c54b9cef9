"""The plan of a run of a flow as rows, for whoever shows it before anything begins."""

from __future__ import annotations

from ef_engine.jobs.flow_plan import Plan
from ef_engine.jobs.flow_plan import Request as Request


def plan_rows(plan: Plan) -> list[tuple[str, str, str]]:
    """For every step what is done (`run`, `skip`, `maybe`), its name, and why."""
    return [
        (each.action, each.key[0] if each.action == "maybe" else plan.outline.label(each.key), each.reason)
        for each in plan.decisions
    ]
