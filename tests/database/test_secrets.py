"""Nothing that is written or shown anywhere holds a password: each place is attacked."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from ef_engine.cli.parser import parse
from ef_engine.cli.settings import resolve
from ef_engine.secret import Secret, revealed
from ef_engine.sources.database.connect import reading
from ef_engine.sources.database.target import Target, target_of
from tests.cli.conftest import Terminal
from tests.database.servers import execute, options_of, scalar, url_of
from tests.service.documents import small, write

PASSWORD = "hunter2-geheim"
URL = f"postgresql://ann:{PASSWORD}@127.0.0.1:1/house"
GIVEN = {
    "option": (["--database_hostname", "127.0.0.1", "--database_port", "1", "--database_password", PASSWORD], {}),
    "URL as an option": (["--database_url", URL], {}),
    "URL in the environment": ([], {"EF_DATABASE_URL": URL}),
    "variable": (["--database_hostname", "127.0.0.1"], {"EF_DATABASE_PASSWORD": PASSWORD, "EF_DATABASE_PORT": "1"}),
    "libpq": (["--database_hostname", "127.0.0.1", "--database_port", "1"], {"PGPASSWORD": PASSWORD}),
    "malformed URL": (["--database_url", f"postgresql://ann:{PASSWORD}@host:port/house"], {}),
    "URL of another kind": (["--database_url", f"mysql://ann:{PASSWORD}@127.0.0.1/house"], {}),
    "misspelled": ([f"--database_pasword={PASSWORD}"], {}),
}


@pytest.mark.parametrize("given", GIVEN)
@pytest.mark.parametrize("command", ["list", "stage", "db init --debug", "export --all", "config show --origin"])
def test_no_error_log_or_traceback_shows_a_password(
    terminal: Terminal, home: Path, monkeypatch: pytest.MonkeyPatch, given: str, command: str
) -> None:
    options, variables = GIVEN[given]
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code = terminal.run("--source", "database", "--log_level", "debug", *command.split(), *options)
    assert (code == 0) == (command.startswith("config") and given != "misspelled")
    assert PASSWORD not in terminal.out + terminal.err
    assert not holding(home)


def holding(directory: Path) -> list[Path]:
    """The files that hold the password."""
    return [path for path in directory.rglob("*") if path.is_file() and PASSWORD.encode() in path.read_bytes()]


def test_no_repr_shows_a_password() -> None:
    args, _ = parse(["list", "--database_password", PASSWORD, "--database_url", URL])
    settings = resolve(args, {"EF_DATABASE_PASSWORD": PASSWORD, "HOME": "/nowhere"})
    target = target_of({"database_url": URL}, Path())
    for value in (args, settings, target, Secret(PASSWORD), [Secret(PASSWORD)]):
        assert PASSWORD not in f"{value!r} {value} {value!s}"
    assert revealed(args.database_password) == PASSWORD
    assert target.password is not None
    assert revealed(target.password) == PASSWORD


def test_no_traceback_with_its_variables_shows_a_password() -> None:
    """Not even one that shows the variables of every function, as some tools make them."""
    target = target_of({"database_url": URL}, Path())
    try:
        with reading(target):
            pass
    except Exception as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "does not answer" in shown
    assert PASSWORD not in shown


def test_an_unexpected_error_leaves_no_password_in_the_log(
    terminal: Terminal, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> None:
        raise ZeroDivisionError(f"by {arguments}")

    monkeypatch.setattr("ef_engine.sources.database.target.target_of", broken)
    assert terminal.run("db", "init", "--database_password", PASSWORD) == 1
    assert "Traceback" in (home / "log" / "ef.log").read_text()
    assert PASSWORD not in terminal.err
    assert not holding(home)


def test_a_password_on_the_command_line_is_warned_of(terminal: Terminal) -> None:
    warning = "everybody on this machine can see --database_"
    terminal.run("list", "--database_password", PASSWORD)
    assert warning + "password in the list of processes" in terminal.err
    terminal.run("list", "--database_url", URL)
    assert warning + "url in the list of processes" in terminal.err
    terminal.run("list", "--database_url", "postgresql://ann@localhost/house")
    assert warning not in terminal.err


def test_no_stored_row_holds_a_password(terminal: Terminal, server_database: Target, tmp_path: Path) -> None:
    write(tmp_path / "small.json", small())
    terminal.ok("run", "small.json")
    terminal.ok("export", "--all", *options_of(server_database), "--database_password", PASSWORD)
    assert PASSWORD not in terminal.ok("db", "json", *options_of(server_database))


@pytest.fixture
def guarded(server_database: Target, postgresql: Target) -> Target:
    """A role whose password the server asks for: its rules are changed for that one role."""
    execute(postgresql, "DROP ROLE IF EXISTS guarded")
    execute(postgresql, f"CREATE ROLE guarded LOGIN SUPERUSER PASSWORD '{PASSWORD}'")
    rules = Path(scalar(postgresql, "SHOW hba_file"))
    text = rules.read_text()
    if "guarded" not in text:
        rules.write_text(f"local all guarded scram-sha-256\n{text}")
        scalar(postgresql, "SELECT pg_reload_conf()")
    from dataclasses import replace

    return replace(server_database, username="guarded")


def test_a_wrong_or_missing_password_is_a_sentence(terminal: Terminal, guarded: Target) -> None:
    for password in ([], ["--database_password", "wrong"]):
        assert terminal.run("--source", "database", "list", *options_of(guarded), *password) == 2
        assert terminal.err.splitlines()[-1].endswith(
            "does not accept the user or password; check PGPASSWORD, ~/.pgpass or the URL."
        )


@pytest.mark.parametrize(
    "way", ["option", "URL", "EF_DATABASE_URL", "EF_DATABASE_PASSWORD", "PGPASSWORD", ".pgpass", "config"]
)
def test_every_way_to_give_a_password_works(
    terminal: Terminal, guarded: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    plain = url_of(guarded)
    with_password = plain.replace("guarded@", f"guarded:{PASSWORD}@")
    options = ["--database_url", plain]
    match way:
        case "option":
            options += ["--database_password", PASSWORD]
        case "URL":
            options = ["--database_url", with_password]
        case "EF_DATABASE_URL":
            monkeypatch.setenv(way, with_password)
            options = []
        case "EF_DATABASE_PASSWORD" | "PGPASSWORD":
            monkeypatch.setenv(way, PASSWORD)
        case ".pgpass":
            file = write(tmp_path / "pgpass", f"*:*:*:guarded:{PASSWORD}\n")
            file.chmod(0o600)
            monkeypatch.setenv("PGPASSFILE", str(file))
        case "config":
            file = write(tmp_path / "config.toml", f'database_url = "{plain}"\ndatabase_password = "{PASSWORD}"\n')
            options = ["--config", str(file)]
    assert terminal.ok("--source", "database", "list", "--quiet", *options) == ""
    assert PASSWORD not in terminal.err
