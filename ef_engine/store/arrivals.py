"""Forecasts and sets that come from elsewhere: all of one import appear at once, or none, whatever dies and when.

All is written where no reader looks. One rename into `data/arriving` makes it sure to happen; from then on whoever
works in the workspace next brings it to an end, if the import itself does not. What is new stays unseen (`unseen`)
until a last rename, at which all of it is seen. What was there without a result gets it just before, one by one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ef_engine.errors import CommandError, HeldError
from ef_engine.store import documents, forecasts, journal, records, unseen
from ef_engine.store.atomic import move, move_together, write_bytes, write_together
from ef_engine.store.claims import claimed
from ef_engine.store.events import Event, Kind
from ef_engine.store.locks import holding
from ef_engine.store.places import Places, make_directory, stem
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Staged

LOCK_SECONDS = 60.0
"""How long an import waits for others to end; each takes a moment for a hundred forecasts."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What one import brings, as far as it has been written; seen by nobody."""

    places: Places
    directory: Path
    _records: dict[str, Record] = field(default_factory=dict)

    def add(self, record: Record, document: bytes, results: Mapping[str, bytes]) -> None:
        """Writes one: a record that is only staged with its document, any other with the files of its result too."""
        contents = {forecasts.document_name(record.id): document}
        if not isinstance(record.state, Staged):
            contents |= {name: results[name] for name in forecasts.RESULTS if name in results}
            contents[forecasts.record_path(self.places, record.id).name] = documents.dump(record.to_json())
        write_together(make_directory(self.directory / stem(record.id)), contents)
        self._records[record.id] = record

    @property
    def ids(self) -> list[str]:
        """What was added."""
        return list(self._records)

    def write_intent(self) -> None:
        """Says what it brings; what has no directory yet is not to be seen before all of it is there."""
        staged = [each for each in self._records.values() if isinstance(each.state, Staged)]
        run = sorted(self._records.keys() - {each.id for each in staged})
        known = forecasts.known_ids(self.places)
        intent: dict[str, Any] = {
            "schema": unseen.SCHEMA,
            "runs": [each for each in run if not self.places.run(each).exists()],
            "changed": [each for each in run if self.places.run(each).exists()],
            "staged": [each.to_json() for each in staged if each.id not in known],
            "owners": {each.id: each.owner for each in self._records.values()},
        }
        write_bytes(self.directory / unseen.INTENT, documents.dump(intent))


@contextmanager
def arrival(places: Places) -> Iterator[Arrival]:
    """Something to add forecasts to; at the end all of them appear, and none if anything is raised before."""
    token = f"{os.getpid()}-{os.urandom(4).hex()}"
    found = Arrival(places, make_directory(places.data / f".{token}{forecasts.GONE}"))
    try:
        yield found
        if found.ids:
            with holding(places.arrivals_lock, LOCK_SECONDS):
                _finish_all(places)
                found.write_intent()
                _publish(places, _begun(places, found.directory, make_directory(places.arriving) / token))
    finally:
        shutil.rmtree(found.directory, ignore_errors=True)


def _begun(places: Places, directory: Path, entry: Path) -> Path:
    """The entry, with its records in the index; only a full disk can keep them from it, and then it is given up."""
    try:
        move(directory, entry)
        _stage(places, entry)
    except OSError:
        with suppress(OSError):
            forecasts.unstage(places, unseen.unseen(places).staged)
            _withdraw(places, entry)
        raise
    return entry


def finish(places: Places) -> None:
    """Brings to an end what imports that died were sure to do; nothing while one is under way."""
    if unseen.entries(places):
        with suppress(HeldError, OSError, CommandError), holding(places.arrivals_lock, 0):
            _finish_all(places)


def _finish_all(places: Places) -> None:
    """Each step may have been done before; then there is nothing more to be done about it."""
    for entry in unseen.entries(places):
        _stage(places, entry)
        _publish(places, entry)


def _intent(entry: Path) -> dict[str, Any]:
    return documents.load(entry / unseen.INTENT, unseen.SCHEMA)


def _stage(places: Places, entry: Path) -> None:
    staged = [records.from_json(each) for each in _intent(entry)["staged"]]
    if staged:
        paths = {each.id: entry / stem(each.id) / forecasts.document_name(each.id) for each in staged}
        forecasts.stage(places, staged, {key: path.read_bytes() for key, path in paths.items()})


def _publish(places: Places, entry: Path) -> None:
    """Puts everything where it belongs, and lets it be seen."""
    intent = _intent(entry)
    move_together(_vacant(places, entry, intent["runs"]))
    for record_id in (*intent["runs"], *intent["changed"]):
        _complete(places, entry / stem(record_id), record_id)
    _withdraw(places, entry)
    forecasts.unstage_begun(places, (*intent["runs"], *intent["changed"]))
    owners = intent["owners"].items()
    journal.note_many(places, [Event(Kind.STAGED, key, fields={"owner": owner}) for key, owner in owners])


def _vacant(places: Places, entry: Path, ids: Iterable[str]) -> dict[Path, Path]:
    """Where new directories go that are not there yet."""
    paths = {entry / stem(each): places.run(each) for each in ids}
    return {source: target for source, target in paths.items() if source.exists() and not target.exists()}


def _complete(places: Places, source: Path, record_id: str) -> None:
    """Gives what is there without a result all that came, file by file, its record last; what runs now stays alone."""
    name = forecasts.record_path(places, record_id).name
    if not (source / name).exists():
        return
    with suppress(HeldError), claimed(places, record_id):
        ours, theirs = _record_in(source / name), forecasts.read_any_run(places, record_id)
        if theirs is None or (isinstance(theirs, Record) and says_more(ours, theirs)):
            names = (forecasts.document_name(record_id), *forecasts.RESULTS, name)
            target = places.run(record_id)
            move_together({source / each: target / each for each in names if (source / each).exists()})


def _record_in(path: Path) -> Record:
    return records.from_json(json.loads(path.read_bytes()))


def _withdraw(places: Places, entry: Path) -> None:
    """Ends an import: what it put into place is seen from now on."""
    gone = places.data / f".{entry.name}{forecasts.GONE}"
    move(entry, gone)
    shutil.rmtree(gone, ignore_errors=True)


def says_more(record: Record, known: Record) -> bool:
    """Whether what comes has a result, and what is there has none."""
    return _has_result(record) and not _has_result(known)


def _has_result(record: Record) -> bool:
    return isinstance(record.state, Finished) and record.state.outcome.has_result
