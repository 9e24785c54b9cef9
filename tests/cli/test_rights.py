"""Rights of profiles: each is asked for somewhere, each command asks for its own, a refusal says what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ef_engine.cli.commands import full_names
from ef_engine.cli.required_rights import REQUIRED
from ef_engine.service.rights import ALL, MEANINGS, ForbiddenError, Right
from ef_engine.service.workspace import Workspace
from ef_engine.store import forecasts, journal
from ef_engine.store.places import places_under
from ef_engine.store.records import Record
from tests.cli.conftest import Terminal
from tests.service.documents import SMALL, plans, write


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config file with a profile for each right: one that has it alone, and one that has all others."""
    lines = []
    for right in Right:
        others = [other.value for other in Right if other is not right]
        lines += [f"[profiles.only_{right}]", f'rights = ["{right}"]']
        lines += [f"[profiles.without_{right}]", f"rights = {json.dumps(others)}"]
    path = tmp_path / "ef.toml"
    path.write_text("\n".join(lines))
    monkeypatch.setenv("EF_CONFIG", str(path))
    return path


def test_every_command_is_in_the_table_and_every_right_is_needed_by_one() -> None:
    assert sorted(REQUIRED) == sorted(full_names())
    assert {right for right in REQUIRED.values() if right} == set(Right) == set(MEANINGS)


@pytest.mark.parametrize("command", [name for name, right in REQUIRED.items() if right])
def test_a_command_is_refused_without_its_right(terminal: Terminal, config: Path, command: str) -> None:
    right = REQUIRED[command]
    assert terminal.run("--profile", f"without_{right}", *command.split()) == 2
    assert terminal.out == ""
    assert terminal.err.startswith(f"profile without_{right} has no right to {right} (")
    assert terminal.err.endswith(
        f"add it to its rights in {config}, profile without_{right}, or choose another --profile.\n"
    )


@pytest.mark.parametrize("command", ["list", "ls calls", "stats", "ps", "schedule list", "restart --lost"])
def test_a_command_needs_no_more_than_its_right(terminal: Terminal, config: Path, command: str) -> None:
    right = "RUN" if command.startswith("restart") else "READ"
    terminal.ok("--profile", f"only_{right}", *command.split())


@pytest.mark.parametrize("command", [name for name, right in REQUIRED.items() if right is None])
def test_what_touches_nothing_of_a_workspace_needs_no_right(terminal: Terminal, config: Path, command: str) -> None:
    terminal.run("--profile", "only_NOTE", *command.split())
    assert "no right" not in terminal.err


def test_running_a_file_stages_it_and_needs_that_right_too(terminal: Terminal, config: Path, tmp_path: Path) -> None:
    file = str(write(tmp_path / "small.json", SMALL))
    assert terminal.run("--profile", "only_RUN", "run", file) == 2
    assert "no right to STAGE" in terminal.err
    record_id = terminal.ok("--profile", "only_STAGE", "stage", file).strip()
    terminal.ok("--profile", "only_RUN", "run", record_id)


def test_emptying_input_tables_is_deleting(terminal: Terminal, config: Path) -> None:
    words = ("stage", "--source", "database", "--flush")
    assert terminal.run("--profile", "only_STAGE", *words) == 2
    assert "no right to DELETE" in terminal.err
    assert terminal.run("--profile", "only_RUN", "run", "--source", "database") == 2
    assert "no right to STAGE" in terminal.err


def test_without_a_profile_that_says_so_everything_may_be_done(terminal: Terminal, config: Path) -> None:
    assert Workspace(places_under(Path("nowhere"))).rights == ALL
    terminal.ok("list")
    config.write_text('rights = ["read"]\n[profiles.all]\nrights = []\n')
    terminal.ok("list")
    assert terminal.run("note", "x") == 2
    assert terminal.err.startswith("you have no right to NOTE (write notes);")
    assert terminal.run("list", "--profile", "all") == 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('rights = ["REED"]', "rights has no 'REED'; did you mean 'READ'?"),
        ('rights = "READ"', 'rights is no list; write rights = ["READ", "RUN"].'),
        ("rights = [1]", "rights has no 1; it is one of READ, STAGE,"),
    ],
)
def test_a_mistake_in_rights_is_placed(terminal: Terminal, config: Path, text: str, problem: str) -> None:
    config.write_text(text)
    assert terminal.run("list") == 2
    assert problem in terminal.err


def test_rights_come_from_the_config_file_alone(
    terminal: Terminal, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text('rights = ["READ"]\n')
    monkeypatch.setenv("EF_RIGHTS", "READ,NOTE")
    assert terminal.run("note", "x") == 2
    assert terminal.run("list", "--rights", "NOTE") == 2


def test_a_front_end_without_commands_asks_the_workspace() -> None:
    workspace = Workspace(places_under(Path("nowhere")), "ann", frozenset({Right.READ}), "guest", "ef.toml")
    workspace.require(Right.READ)
    with pytest.raises(ForbiddenError, match="profile guest has no right to KILL"):
        workspace.require(Right.KILL)


def test_whoami_says_who_with_which_rights_and_where(terminal: Terminal, config: Path, home: Path) -> None:
    rows = json.loads(terminal.ok("whoami", "--profile", "only_READ", "--format", "json"))
    found = {row["what"]: (row["value"], row["origin"]) for row in rows}
    assert found["owner"] == ("ann", "EF_USERNAME")
    assert found["profile"] == ("only_READ", "command line")
    assert found["rights"] == ("READ", f"{config}, profile only_READ")
    assert found["config"] == (str(config), "read")
    assert [found[f"{part} directory"][0] for part in ("stage", "data", "lock", "log")] == [
        str(home / part) for part in ("stage", "data", "lock", "log")
    ]
    config.unlink()
    assert terminal.run("whoami") == 4


def test_the_user_name_is_the_owner_of_every_record(terminal: Terminal, tmp_path: Path, home: Path) -> None:
    places = places_under(home)
    terminal.run("--username", "bob", "run", str(write(tmp_path / "plans.json", plans())))
    first = terminal.ok("--username", "bob", "run", str(write(tmp_path / "small.json", SMALL))).split()[0]
    terminal.ok("--username", "bob", "restage", first, "--end_date", "2026-05-31")
    records = [each for each in forecasts.read_records(places) if isinstance(each, Record)]
    assert len(records) == 7
    assert {record.owner for record in records} == {"bob"}
    told = [event.fields["owner"] for event in journal.read(places) if "owner" in event.fields]
    assert set(told) == {"bob"}
    assert {row["owner"] for row in json.loads(terminal.ok("ls", "calls", "--format", "json"))} == {"bob"}


def test_every_file_of_a_workspace_is_for_its_owner_alone(terminal: Terminal, tmp_path: Path, home: Path) -> None:
    record_id = terminal.ok("run", str(write(tmp_path / "small.json", SMALL))).split()[0]
    terminal.ok("note", record_id, "text")
    terminal.ok("lock", record_id)
    terminal.ok("schedule", "add", "a", "--interval", "1s", "--", "/bin/true")
    terminal.run("schedule", "serve", "--once")
    modes = {path: path.stat().st_mode & 0o777 for path in home.rglob("*")}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
