"""One record: what a workspace knows about a forecast or a set without opening its result.

It is what a list shows, so listing thousands reads one small file each. The same fields stand in `state.json`, in
`set.json` and, while nothing has run, in the index of what is staged. Fields this version does not know survive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ef_engine.store import states
from ef_engine.store.states import State

STATE_SCHEMA = "ef/state/1"
SET_SCHEMA = "ef/set/1"

_KNOWN = states.FIELDS | {
    "schema", "id", "kind", "label", "owner", "attempt", "received", "parent", "tracking", "fingerprint",
    "start_date", "end_date", "approximate", "members", "summary", "sequence", "recovers",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """One scenario of a set; different scenarios of equal content share one id."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A forecast or a set of this workspace, a run of a flow, or one time of a step in it.

    `received` is when it was first staged; `parent` the id it was made from; `tracking` the id of its set;
    `fingerprint` content and engine version of the latest attempt. `summary` holds what a list shows of a result:
    `net_worth` at the end, and `milestones` by name. `sequence` are the passes a step lies in, `recovers` is the
    earlier run a flow continues, or the earlier time of a step that need not run again. `extra` holds what a
    later version wrote.
    """

    id: str
    kind: str
    label: str = ""
    owner: str = ""
    state: State = field(default=states.Staged())
    attempt: int = 0
    received: str = ""
    parent: str | None = None
    tracking: str | None = None
    fingerprint: str | None = None
    start_date: str = ""
    end_date: str = ""
    approximate: bool = False
    members: tuple[Member, ...] = ()
    summary: Mapping[str, Any] = field(default_factory=dict)
    sequence: str = ""
    recovers: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def schema(self) -> str:
        """The schema of the file that holds the record."""
        return SET_SCHEMA if self.kind == "set" else STATE_SCHEMA

    def to_json(self) -> dict[str, Any]:
        """The record as a document, its schema first, foreign fields last."""
        members = [{"id": member.id, "name": member.name} for member in self.members]
        return {
            "schema": self.schema,
            "id": self.id,
            "kind": self.kind,
            "label": self.label,
            "owner": self.owner,
            **states.to_json(self.state),
            "attempt": self.attempt,
            "received": self.received,
            "parent": self.parent,
            "tracking": self.tracking,
            "fingerprint": self.fingerprint,
            "start_date": self.start_date,
            "end_date": self.end_date,
            "approximate": self.approximate,
            **({"members": members} if self.kind == "set" else {}),
            "summary": dict(self.summary),
            **({"sequence": self.sequence} if self.sequence else {}),
            **({"recovers": self.recovers} if self.recovers else {}),
            **self.extra,
        }


def from_json(document: dict[str, Any]) -> Record:
    """The record of a document; raises KeyError, TypeError or ValueError for one that is damaged."""
    return Record(
        id=document["id"],
        kind=document["kind"],
        label=document.get("label") or "",
        owner=document.get("owner") or "",
        state=states.from_json(document),
        attempt=int(document.get("attempt") or 0),
        received=document.get("received") or "",
        parent=document.get("parent"),
        tracking=document.get("tracking"),
        fingerprint=document.get("fingerprint"),
        start_date=document.get("start_date") or "",
        end_date=document.get("end_date") or "",
        approximate=bool(document.get("approximate")),
        members=tuple(Member(each["id"], each["name"]) for each in document.get("members") or ()),
        summary=document.get("summary") or {},
        sequence=document.get("sequence") or "",
        recovers=document.get("recovers"),
        extra={key: value for key, value in document.items() if key not in _KNOWN},
    )
