"""What a command does, with `--source database`, about an id that this workspace does not know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from ef_engine.cli.invocation import Invocation
from ef_engine.service.ids import find_id, matching_ids

if TYPE_CHECKING:
    from ef_engine.store.places import Places


def find_or_import(invocation: Invocation, name: str, kind: str | None) -> str:
    """The id that begins with `name`, here or else in the database, from where it is then imported."""
    if not invocation.is_from_database or matching_ids(invocation.places, name, kind):
        return find_id(invocation.places, name, kind)
    from ef_engine.service.exchange import find_stored_id, import_stored

    record_id = find_stored_id(invocation.workspace, invocation.database, name, kind)
    import_stored(invocation.workspace, invocation.database, [record_id])
    invocation.say(f"{record_id} is imported from {invocation.database}.")
    return record_id


@contextmanager
def places_of(invocation: Invocation, name: str, kind: str | None) -> Iterator[Places]:
    """Where the id that begins with `name` can be read: here, or a passing copy of what the database has."""
    if not invocation.is_from_database or matching_ids(invocation.places, name, kind):
        yield invocation.places
        return
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from ef_engine.service.exchange import find_stored_id, import_stored
    from ef_engine.store.places import places_under

    workspace, database = invocation.workspace, invocation.database
    record_id = find_stored_id(workspace, database, name, kind)
    with TemporaryDirectory(prefix="ef-") as directory:
        places = places_under(Path(directory))
        import_stored(replace(workspace, places=places), database, [record_id])
        yield places
