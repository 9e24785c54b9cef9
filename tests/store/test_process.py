"""Who lives, who is dead, and what cannot be told."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

from ef_engine.store.process import Liveness, current, from_json, liveness


def test_this_process_lives() -> None:
    assert liveness(current()) is Liveness.ALIVE


def test_a_pid_that_is_used_again_is_not_the_process_that_had_it() -> None:
    assert liveness(replace(current(), start_time="1")) is Liveness.DEAD


def test_what_ran_before_the_last_boot_is_dead() -> None:
    assert liveness(replace(current(), boot_id="another")) is Liveness.DEAD


def test_another_host_or_namespace_cannot_be_judged_from_here() -> None:
    assert liveness(replace(current(), host="elsewhere")) is Liveness.UNKNOWN
    assert liveness(replace(current(), namespace="pid:[1]")) is Liveness.UNKNOWN


def test_an_unknown_start_time_proves_nothing() -> None:
    assert liveness(replace(current(), start_time="")) is Liveness.UNKNOWN


def test_a_process_that_ended_is_dead_even_before_its_parent_looks() -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.read()
        identity = replace(current(), pid=child.pid)
        assert liveness(identity) is Liveness.DEAD


def test_an_identity_survives_its_document() -> None:
    assert from_json(current().to_json()) == current()
    assert from_json(None) is None
