"""What a database answers when it cannot do something -> one sentence with a remedy and the right exit code.

No sentence repeats a statement, its values or how to log in; a driver's own text is only shown with `--debug`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError

from ef_engine.errors import CommandError, HeldError, NotFoundError, UnavailableError
from ef_engine.sources.database.target import Target

INIT = "`ef_cli db init` makes it"
_SPACE = "free some space and try again; nothing was changed"
_MISSING_TABLE = re.compile(r'no such table: (?:\w+\.)?(\w+)|relation "(?:\w+\.)?(\w+)" does not exist')
_WRONG_PARAMETER = re.compile(r"invalid (?:connection option|URI query parameter|\w+ value)")
_MISSING_COLUMN = re.compile(r'no such column: (\S+)|column "?([\w.]+)"? does not exist')


class TimedOutError(CommandError):
    """A query took longer than it may."""

    exit_code = 1


class ConflictError(HeldError):
    """Another transaction changed the same rows at the same time; doing it again may succeed."""


@contextmanager
def translated(target: Target, place: str = "") -> Iterator[None]:
    """Raises what the database answers as an EfError, which begins with the place it is about, if there is one."""
    try:
        yield
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        if "psycopg" not in str(error):
            raise
        raise _no_driver() from error
    except ImportError as error:  # the driver is there, and the library it is made for is not
        raise _no_driver() from error
    except DBAPIError as error:
        raise _at(place, error_of(error, target)) from _without_frames(error)
    except SQLAlchemyError as error:
        raise UnavailableError(f"{target} cannot be used ({type(error).__name__})", "--debug shows why") from error


def _at(place: str, error: CommandError) -> CommandError:
    return type(error)(f"{place}: {error.problem}", error.remedy) if place else error


def _without_frames(error: DBAPIError) -> DBAPIError:
    """The error with its texts, and without the functions of a driver, in whose variables a password is."""
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is not None and each.__traceback__ is not None:
            each.__traceback__ = None
            waiting += [each.__cause__, each.__context__, getattr(each, "orig", None)]
    return error


def _no_driver() -> CommandError:
    return CommandError("PostgreSQL needs a driver that is not installed", "`pip install 'ef[postgresql]'` brings it")


def error_of(error: DBAPIError, target: Target) -> CommandError:
    """The sentence for an error of a driver."""
    text = " ".join(str(error.orig).split())
    state = getattr(error.orig, "sqlstate", None) or _sqlite_state(error.orig)
    if found := _of_missing(text, target):
        return found
    if state is None and target.file is None:
        return _of_connection(text, target)
    return _of_state(str(state), (str(error.orig).splitlines() or [""])[0], target)


def _sqlite_state(error: BaseException | None) -> str | None:
    name = str(getattr(error, "sqlite_errorname", "") or "")
    return "_".join(name.split("_")[:2]) if name else None  # SQLITE_BUSY_SNAPSHOT is a SQLITE_BUSY


def _of_missing(text: str, target: Target) -> CommandError | None:
    if found := _MISSING_TABLE.search(text):
        table = found[1] or found[2]
        remedy = INIT if table.startswith("ef_") else "check its name"
        return NotFoundError(f"table {table} is not in {target}", remedy)
    if found := _MISSING_COLUMN.search(text):
        return CommandError(f"there is no column {found[1] or found[2]} in {target}", "check its name")
    return None


def _of_connection(text: str, target: Target) -> CommandError:
    """What stands between us and a server: its driver knows no codes for that, only texts."""
    if "password" in text or "authentication" in text:
        return CommandError(f"{target} does not accept the user or password", "check PGPASSWORD, ~/.pgpass or the URL")
    if "does not exist" in text:
        what = "user" if "role" in text else "database"
        return NotFoundError(f"{target} cannot be opened: there is no such {what}", f"check the name of the {what}")
    if "closed" in text or "terminat" in text or "lost" in text:
        return UnavailableError(f"the connection to {target} was lost, nothing was changed", "try again")
    if _WRONG_PARAMETER.search(text):
        problem = f"{target} cannot be opened: a parameter of its URL is unknown or has no such value"
        return CommandError(problem, "correct it, or leave it out")
    if "support SSL" in text:
        return CommandError(f"{target} offers no encrypted connection", "leave out sslmode, or set it to prefer")
    remedy = "check --database_hostname and --database_port, and that the server runs"
    return UnavailableError(f"{target} does not answer", remedy)


def _of_state(state: str, text: str, target: Target) -> CommandError:
    match state:
        case "SQLITE_BUSY" | "SQLITE_LOCKED" | "55P03":
            return HeldError(f"{target} is locked by somebody else", "try again when they are done")
        case "40001" | "40P01":
            return ConflictError(f"somebody else changed the same rows of {target}", "try again")
        case "SQLITE_FULL" | "53100" | "SQLITE_IOERR":
            return UnavailableError(f"{target} has no space left, or its disk fails", _SPACE)
        case "SQLITE_INTERRUPT" | "57014":
            return TimedOutError("the query took too long and was stopped", "ask for less")
        case "SQLITE_CANTOPEN":
            return NotFoundError(f"{target} cannot be opened", "check the path and its permissions")
        case "SQLITE_NOTADB" | "SQLITE_CORRUPT":
            return CommandError(f"{target} is damaged or is no SQLite file", "name another file")
        case "SQLITE_READONLY" | "25006" | "42501" | "SQLITE_AUTH":
            return CommandError(f"{target} does not allow that ({text})", "ask for the right to do it")
        case "28P01" | "28000":
            return CommandError(f"{target} does not accept the user or password", "check PGPASSWORD or ~/.pgpass")
        case "3D000":
            return NotFoundError(f"{target} does not exist", "check --database_name")
        case "2BP01":
            return CommandError(f"{target} refuses that ({text})", "drop what depends on it first")
        case "57P01" | "57P02" | "57P03" | "08006" | "08003":
            return UnavailableError(f"the connection to {target} was lost, nothing was changed", "try again")
    return CommandError(f"{target} refuses that ({text})", "--debug shows more")
