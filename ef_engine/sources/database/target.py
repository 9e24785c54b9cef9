"""Which database is meant: from the `--database_*` options and the URL to one value.

The single options win over the same part of the URL. What is missing of a server is libpq's business, so `PGHOST`,
`PGPASSWORD` and `~/.pgpass` work; without anything it is a file in the workspace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from ef_engine.errors import CommandError
from ef_engine.secret import Secret, revealed

OPTIONS = (
    "database_hostname", "database_port", "database_name", "database_username", "database_password", "database_url",
)  # fmt: skip
_OF_SERVERS = ("database_hostname", "database_port", "database_username", "database_password")
_SERVER_SCHEMES = ("postgresql", "postgres")
_FILE_SCHEME = "sqlite"
_FILE_SUFFIXES = (".db", ".sqlite", ".sqlite3")
_REMEDY = "write postgresql://NAME@HOST:PORT/DATABASE or sqlite:///FILE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A file (SQLite) or, where `file` is None, a server (PostgreSQL) whose missing parts libpq fills in.

    `is_default` where nobody named a database; `parameters` are further words of the URL, such as `sslmode`.
    """

    file: Path | None = None
    hostname: str | None = None
    port: int | None = None
    name: str | None = None
    username: str | None = None
    password: Secret | None = field(default=None, repr=False)
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_default: bool = False

    def __str__(self) -> str:
        if self.file is not None:
            return f"the database {self.file}"
        place = (self.hostname or "") + (f":{self.port}" if self.port else "")
        return f"the database{f' {self.name}' if self.name else ''}{f' at {place}' if place else ''}"


def target_of(options: Mapping[str, str | None], default_file: Path) -> Target:
    """The database that the options (those of `OPTIONS`, None where not given) name; CommandError for nonsense."""
    given = {name: revealed(value) for name in OPTIONS if (value := options.get(name))}
    if not given:
        return Target(file=default_file, is_default=True)
    url = _parsed(given["database_url"]) if "database_url" in given else None
    if url is not None and url.file is not None:
        _refuse(given, _OF_SERVERS, "a file has no such thing")
        return url
    name = given.get("database_name")
    if url is None and name and _is_file(name) and not given.keys() & set(_OF_SERVERS):
        return Target(file=Path(name).expanduser())
    base = url or Target()
    return Target(
        hostname=given.get("database_hostname") or base.hostname,
        port=_port(given["database_port"]) if "database_port" in given else base.port,
        name=name or base.name,
        username=given.get("database_username") or base.username,
        password=Secret(given["database_password"]) if "database_password" in given else base.password,
        parameters=base.parameters,
    )


def _refuse(given: Mapping[str, str], names: tuple[str, ...], why: str) -> None:
    for name in names:
        if name in given:
            raise CommandError(f"--{name} does not go with that --database_url: {why}", "leave one of them out")


def _is_file(name: str) -> bool:
    return "/" in name or name.endswith(_FILE_SUFFIXES)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CommandError(f"--database_port cannot be {text!r}", "it is a whole number, 5432 as a rule")
    return int(text)


def _host(netloc: str) -> str:
    """The host as it is written, since it may be the directory of a socket; `urlsplit` would make it lower case."""
    host = netloc.rpartition("@")[2]
    return host[1:].partition("]")[0] if host.startswith("[") else unquote(host.partition(":")[0])


def _parsed(url: str) -> Target:
    """The parts of a URL; no error says any of it, since a password may be anywhere in what is malformed."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise CommandError("the database URL cannot be read", _REMEDY) from None
    kind = parts.scheme.partition("+")[0]  # the driver is for us to choose
    if kind == _FILE_SCHEME:
        path = unquote(url.partition("://")[2].partition("?")[0]).removeprefix("/")
        if not path or path == ":memory:":
            raise CommandError("the database URL names no file", _REMEDY)
        return Target(file=Path(path).expanduser())
    if kind not in _SERVER_SCHEMES:
        raise CommandError("the database URL is of no kind that is known here", _REMEDY)
    parameters = dict(parse_qsl(parts.query))
    secret = parts.password or parameters.pop("password", None)
    return Target(
        hostname=_host(parts.netloc) or parameters.pop("host", None),
        port=port,
        name=unquote(parts.path.removeprefix("/")) or parameters.pop("dbname", None),
        username=unquote(parts.username) if parts.username else parameters.pop("user", None),
        password=Secret(unquote(secret)) if secret else None,
        parameters=parameters,
    )
