"""What records are called, for those who tell of many: looked up once, and again for an id that is new."""

from __future__ import annotations

from dataclasses import dataclass, field

from ef_engine.service.calls import all_rows
from ef_engine.store import forecasts
from ef_engine.store.places import Places


@dataclass(slots=True)
class Names:
    """The names of the records of a workspace."""

    places: Places
    _known: dict[str, str] = field(default_factory=dict)

    def of(self, record_id: str) -> str:
        """The name of a record; the id itself of one that is gone."""
        if not self._known:
            self._known = {row.id: row.name for row in all_rows(self.places)}
        if record_id not in self._known:
            self._known[record_id] = getattr(forecasts.read_record(self.places, record_id), "label", "") or record_id
        return self._known[record_id]
