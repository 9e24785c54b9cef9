"""What the processes behind a command inherit: the environment, but for what holds a password of a database."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from ef_engine.secret import without_secrets
from tests.jobs.conftest import Shop, until

PASSWORD = "hunter2-geheim"
SECRET = {
    "EF_DATABASE_URL": f"postgresql://ann:{PASSWORD}@localhost/house",
    "EF_DATABASE_PASSWORD": PASSWORD,
    "PGPASSWORD": PASSWORD,
}
HARMLESS = {"PGHOST": "db.example.org", "EF_MARK_OF_THE_TEST": "here"}


def with_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (SECRET | HARMLESS).items():
        monkeypatch.setenv(name, value)


def environment_of(pid: int) -> dict[str, str]:
    """What a process was started with."""
    return parsed(Path(f"/proc/{pid}/environ").read_text())


def parsed(text: str) -> dict[str, str]:
    return dict(word.split("=", 1) for word in text.rstrip("\0").split("\0"))


def inherits_no_password(environment: dict[str, str]) -> None:
    assert HARMLESS.items() <= environment.items()
    assert not SECRET.keys() & environment.keys()
    assert not [name for name, value in environment.items() if PASSWORD in value]


def test_neither_supervisor_nor_worker_inherits_a_password_or_belongs_to_the_step_that_started_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_secrets(monkeypatch)
    monkeypatch.setenv("EF_STEP_ID", "F000000000000.1")
    record_id = shop.stage_long()
    ran = shop.cli("run", record_id, "--detach", "--database_password", PASSWORD)
    assert ran.returncode == 0, ran.stderr
    assert PASSWORD not in ran.stdout + ran.stderr
    worker = shop.marker(record_id).process.pid
    supervisor, *others = shop.supervisor_pids()
    assert others == []
    assert worker != supervisor
    for pid in (supervisor, worker):
        inherits_no_password(environment_of(pid))
        assert "EF_STEP_ID" not in environment_of(pid)
        assert PASSWORD not in Path(f"/proc/{pid}/cmdline").read_text()
    assert not [path for path in shop.home.rglob("*") if path.is_file() and PASSWORD.encode() in path.read_bytes()]


def test_the_command_after_a_run_inherits_no_password(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_secrets(monkeypatch)
    told = tmp_path / "told"
    command = f"sh -c {shlex.quote(f'env -0 > {told}.part; mv {told}.part {told}')}"
    ran = shop.cli("run", shop.stage(1), "--jobs", "1", "--on_finish", command)
    assert ran.returncode == 0, ran.stderr
    until(told.exists)
    inherits_no_password(parsed(told.read_text()))


@pytest.mark.parametrize(
    ("url", "is_kept"),
    [
        ("postgresql://ann@localhost/house", True),
        ("sqlite:///house.sqlite", True),
        ("postgresql://ann:x@localhost/house", False),
        ("postgresql://localhost/house?user=ann&password=x", False),
        ("postgresql://ann:x@[localhost/house", False),
    ],
)
def test_a_url_stays_if_it_gives_no_password_away(url: str, is_kept: bool) -> None:
    assert ("EF_DATABASE_URL" in without_secrets({"EF_DATABASE_URL": url})) is is_kept
