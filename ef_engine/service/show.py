"""`show`: everything known about one forecast or set, and where its files lie."""

from __future__ import annotations

from typing import Any

from ef_engine.service.family import Kin, ancestry
from ef_engine.service.progress import read_progress
from ef_engine.store import flow_runs, forecasts, notes, protections, requests
from ef_engine.store.claims import observed
from ef_engine.store.places import Places
from ef_engine.store.record_rows import updated
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Paused, Running


def show(places: Places, record: Record) -> dict[str, Any]:
    """Names and values in reading order; None where there is nothing to say."""
    state = record.state
    active = state if isinstance(state, Running | Paused) else None
    started = state.started if isinstance(state, Running | Paused | Finished) else None
    asked, locked = requests.asked(places, record.id), protections.protection_of(places, record.id)
    return {
        "id": record.id,
        "kind": "forecastset" if record.kind == "set" else record.kind,
        "label": record.label,
        "state": observed(places, record),
        "message": state.message if isinstance(state, Finished) else "",
        "start_date": record.start_date,
        "end_date": record.end_date,
        "approximate": record.approximate,
        "requested_status": f"{asked.wanted} by {asked.owner or 'somebody'}" if asked else None,
        "owner": record.owner,
        "locked": f"by {locked.owner or 'somebody'} since {locked.at}" if locked else None,
        "received": record.received,
        "started": started,
        "finished": state.finished if isinstance(state, Finished) else None,
        "updated": updated(record),
        "attempt": record.attempt,
        "process": str(active.process) if active else None,
        "phase": read_progress(places, record).phase if active else None,
        "parent": record.parent,
        "ancestry": [_relative(kin) for kin in ancestry(places, record.id)],
        "tracking": record.tracking,
        "fingerprint": record.fingerprint,
        "net_worth": record.summary.get("net_worth"),
        "milestones": dict(record.summary.get("milestones") or {}),
        "members": [{"id": member.id, "name": member.name} for member in record.members],
        **_of_flow(places, record),
        "notes": [{"at": note.at, "owner": note.owner, "text": note.text} for note in notes.read(places, record.id)],
        "files": _files(places, record.id),
    }


def _relative(kin: Kin) -> dict[str, Any]:
    """One of a family; of what is deleted only the id is known."""
    row = kin.row
    return {
        "id": kin.id,
        "depth": kin.depth,
        "parent": row.parent if row else None,
        "label": row.label if row else "",
        "start_date": (row.start or "") if row else "",
        "end_date": (row.end or "") if row else "",
        "is_gone": row is None,
    }


def _of_flow(places: Places, record: Record) -> dict[str, Any]:
    """What only runs of flows and their steps have."""
    if record.kind == "step":
        from ef_engine.jobs.plain_values import shown

        result = shown(flow_runs.read_result(places, record.id))
        return {
            "sequence": record.sequence,
            "recovers": record.recovers,
            "result": None if result is None else str(result),
        }
    if record.kind == "flow":
        steps = [
            {"id": each.id, "state": observed(places, each), "name": f"{each.label}@{each.sequence}"}
            for each in flow_runs.steps(places, record.id)
        ]
        return {"recovers": record.recovers, "steps": steps}
    return {}


def _files(places: Places, record_id: str) -> list[str]:
    directory = places.run(record_id)
    candidates = [places.staged(record_id), *(sorted(directory.iterdir()) if directory.is_dir() else ())]
    return [str(path) for path in candidates if path.is_file() and not forecasts.is_temporary(path.name)]
