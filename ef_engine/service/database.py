"""`db`: the tables of a database; and which database the other verbs mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ef_engine.errors import NotFoundError
from ef_engine.service.workspace import Workspace
from ef_engine.store.places import Places, make_directory

if TYPE_CHECKING:
    from ef_engine.sources.database.target import Target

FILE_NAME = "database.sqlite"


def target_of(options: Mapping[str, str | None], places: Places) -> Target:
    """The database the options name, by default a file of the workspace."""
    from ef_engine.sources.database import target

    return target.target_of(options, places.data / FILE_NAME)


def init(target: Target) -> bool:
    """Makes the tables; False where they were there already."""
    from ef_engine.sources.database import connect, schema

    if target.file is not None:
        make_directory(target.file.absolute().parent)
    connect.make_file(target)
    with connect.altering(target) as connection:
        return schema.create(connection, target)


def has_tables(target: Target) -> bool:
    """Whether there are tables, of this version; CommandError for those of another one."""
    from ef_engine.sources.database import connect, schema

    try:
        with connect.reading(target) as connection:
            schema.check(connection, target)
    except NotFoundError:
        return False
    return True


def migrate(target: Target) -> int | None:
    """Brings the tables up to date; the version they had, None if they were up to date."""
    from ef_engine.sources.database import connect, schema

    with connect.altering(target) as connection:
        return schema.migrate(connection, target)


def drop(target: Target) -> int:
    """Drops the tables and all they hold, everybody's; returns how many there were."""
    from ef_engine.sources.database import connect, schema

    with connect.altering(target) as connection:
        return schema.drop(connection)


def rebuild(target: Target) -> int:
    """As `drop`, and makes them anew in the same transaction."""
    from ef_engine.sources.database import connect, schema

    with connect.altering(target) as connection:
        dropped = schema.drop(connection)
        schema.create(connection, target)
        return dropped


def dump(workspace: Workspace, target: Target) -> Iterator[str]:
    """All rows of the user as JSON, a piece of the text at a time."""
    from ef_engine.sources.database import connect, dump, schema

    with connect.reading(target) as connection:
        schema.check(connection, target)
        yield from dump.parts(connection, workspace.owner)
