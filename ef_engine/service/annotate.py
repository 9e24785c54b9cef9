"""`note`: a remark on a record, which stays."""

from __future__ import annotations

from ef_engine.errors import CommandError
from ef_engine.store import forecasts, journal, notes
from ef_engine.store.events import Kind
from ef_engine.store.notes import Note
from ef_engine.store.places import Places


def annotate(places: Places, record_id: str, owner: str, text: str) -> Note:
    """Adds a remark to what is known under the full id; CommandError for an empty one."""
    forecasts.known(places, record_id)
    if not text.strip():
        raise CommandError("a note needs a text", f'write `ef_cli note {record_id} "TEXT"`')
    note = notes.add(places, record_id, owner, text.strip())
    journal.note(places, Kind.NOTED, record_id, owner=owner, text=note.text)
    return note
