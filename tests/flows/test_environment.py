"""What the process of a flow and its steps inherit."""

from __future__ import annotations

import pytest

from ef_engine.store import active
from tests.flows.conftest import Mill, until
from tests.jobs.test_environment import environment_of, inherits_no_password, with_secrets


def test_neither_the_owner_of_a_flow_nor_a_step_inherits_a_password(
    mill: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_secrets(monkeypatch)
    flow = mill.flow({"name": "wait", "run": "steps:gate", "args": ["a"]})
    ran = mill.cli("run", "flow", flow, "--detach")
    assert ran.returncode == 0, ran.stderr
    run_id = ran.stdout.split()[0]
    until(lambda: len(list(active.markers(mill.places))) == 2)
    by_id = {each.id: each.process.pid for each in active.markers(mill.places)}
    assert run_id in by_id
    assert len(set(by_id.values())) == 2
    for pid in by_id.values():
        inherits_no_password(environment_of(pid))
    mill.open()
    until(lambda: mill.ends() == {"wait@1": "evaluated"})


def test_a_step_has_no_more_rights_than_who_started_its_flow(mill: Mill) -> None:
    mill.write("ef.toml", '[profiles.guest]\nrights = ["READ", "RUN"]\n')
    file = mill.flow({"name": "look", "run": ["list"]}, {"name": "tidy", "run": ["clean", "--yes"]}, keep_going=True)
    words = ("--config", str(mill.home / "ef.toml"), "--profile", "guest")
    ran = mill.cli("run", "flow", file, *words)
    assert mill.ends() == {"look@1": "evaluated", "tidy@1": "failed"}
    assert "profile guest has no right to DELETE" in ran.stderr
