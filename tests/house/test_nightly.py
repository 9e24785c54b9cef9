"""The simulation of a night agrees with what can be calculated, and its model with what the engine does."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from dataclasses import asdict, fields, replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks import nightly
from benchmarks.bookkeeping import bookkeeping, counted_syncs
from benchmarks.costs import Costs, from_rows, rows_of
from benchmarks.night import ACCEPT_SYNCS, SHARED, Shape, cycle, demands, night, shortest
from benchmarks.relay import relay_to
from benchmarks.workspaces import staged_workspace, write_set
from ef_engine.cli import main
from ef_engine.store import forecasts, stage_index, tickets
from ef_engine.store.places import places_under
from ef_engine.store.process import current
from tests.house.files import ROOT

NOTHING = Costs(**{each.name: 0.0 for each in fields(Costs)})
LIMITS = {
    "workers": replace(NOTHING, worker=0.5),
    "supervisor": replace(NOTHING, alone=0.25, supervisor=0.25),
    "disk": replace(NOTHING, syncs=4, sync=0.05, sync_alone=0.05),
    "scheduler": replace(NOTHING, scheduler=0.125),
    "network": replace(NOTHING, sent=10_000, received=90_000),
}
"""Costs of one kind alone, so that one part is what all wait for."""

shapes = st.builds(
    Shape,
    users=st.integers(1, 20),
    forecasts=st.sampled_from([1, 2, 64]),
    workspaces=st.integers(1, 5),
    supervisors=st.integers(1, 4),
    workers=st.integers(4, 9),
    megabits=st.sampled_from([1.0, 100.0]),
)
seconds = st.floats(0, 0.1)
costs_of_all_kinds = st.builds(
    Costs,
    worker=seconds,
    scheduler=seconds,
    supervisor=seconds,
    alone=seconds,
    queued=seconds,
    syncs=st.integers(0, 9),
    sync=st.floats(0, 0.001),
    sync_alone=st.floats(0.001, 0.01),
    sent=st.floats(0, 1e5),
    received=st.floats(0, 1e5),
    start=seconds,
    delay=seconds,
)


@pytest.mark.parametrize("part", LIMITS)
def test_with_one_bottleneck_a_night_takes_its_work_over_its_capacity(part: str) -> None:
    shape = Shape(users=400, workers=4, megabits=8.0)

    found = night(LIMITS[part], shape)

    assert found.seconds == pytest.approx(shape.total * demands(LIMITS[part], shape)[part], rel=0.02)
    assert found.busy[part] == pytest.approx(1, rel=0.02)
    assert found.limit == part


@pytest.mark.parametrize(("part", "more"), [("workers", "workers"), ("supervisor", "supervisors")])
def test_twice_as_much_of_the_bottleneck_takes_half_as_long(part: str, more: str) -> None:
    one, two = (night(LIMITS[part], replace(Shape(users=400, workers=8), **{more: n})).seconds for n in (4, 8))

    assert one / two == pytest.approx(2, rel=0.02)


def test_one_worker_with_orders_of_one_repeats_the_way_of_one_forecast() -> None:
    costs, shape = replace(Costs(), queued=0.0), Shape(users=50, workers=1)

    assert night(costs, shape).seconds == pytest.approx(costs.start + 50 * cycle(costs, shape))


def test_every_workspace_is_begun_once() -> None:
    costs, shape = replace(NOTHING, start=2.0), Shape(users=40, workers=4)

    assert night(costs, shape).seconds == pytest.approx(2)
    assert night(costs, replace(shape, workspaces=10)).seconds == pytest.approx(20)
    assert night(costs, replace(shape, workspaces=10, supervisors=2)).seconds == pytest.approx(10)


def test_an_order_of_many_hides_the_way_there_and_back() -> None:
    costs = replace(NOTHING, worker=0.1, delay=1.0)
    set_of_one_user = Shape(users=1, forecasts=160, workers=1)

    assert set_of_one_user.order == 16
    assert night(costs, set_of_one_user).seconds == pytest.approx(10 * (16 * 0.1 + 1.0))


@settings(max_examples=40, deadline=None)
@given(costs_of_all_kinds, shapes)
@example(replace(NOTHING, start=1.0), Shape(users=1, workspaces=2, workers=4))
def test_no_night_is_shorter_than_its_busiest_part_or_longer_than_all_parts_one_by_one(
    costs: Costs, shape: Shape
) -> None:
    found = night(costs, shape)

    assert shortest(replace(costs, queued=0.0), shape) * 0.999 <= found.seconds
    with_all_behind = replace(costs, alone=costs.alone + costs.queued * shape.users / 1000)
    openings = costs.start * (max(shape.workspaces, shape.supervisors) + shape.supervisors)
    assert found.seconds <= (shape.total * cycle(with_all_behind, shape) + openings) * 1.001
    assert all(0 <= busy <= 1.001 for busy in found.busy.values())


def test_a_long_queue_makes_a_supervisor_slow_and_many_workspaces_make_it_quick_again() -> None:
    costs, shape = replace(Costs(), queued=3 * Costs().alone), Shape(users=5000, workers=4)

    assert nightly.is_of_queue(costs, shape)
    wider = nightly.wider(costs, shape, "supervisor")
    assert (wider.workspaces, wider.supervisors) == (10, 1)
    assert night(costs, wider).seconds < night(costs, shape).seconds / 2


def test_a_cluster_is_widened_where_it_is_busy_until_that_is_no_use() -> None:
    steps = list(nightly.widened(Costs(), Shape(users=600)))

    for (before, found), (after, _) in pairwise(steps):
        grown = {name for name, value in asdict(after).items() if value != asdict(before)[name]}
        assert ("workers" in grown) >= (found.limit == "workers")
        assert before.workers <= after.workers >= after.supervisors
    assert sorted((found.seconds for _, found in steps), reverse=True) == [found.seconds for _, found in steps]


def test_what_a_cluster_has_one_of_ends_all_growth() -> None:
    steps = list(nightly.widened(replace(NOTHING, worker=0.3, scheduler=0.05), Shape(users=600, workers=2)))

    assert [shape.workers for shape, _ in steps] == [2, 4, 8]
    assert [found.limit for _, found in steps] == ["workers", "workers", "scheduler"]
    assert set(nightly.SINGLE) < set(SHARED)


def test_the_command_prints_the_table_and_what_follows_from_it(tmp_path: Path) -> None:
    rows = [asdict(row) for row in rows_of(replace(Costs(), scheduler=0.02))]
    (tmp_path / "costs.json").write_text(json.dumps({"rows": rows}), encoding="utf-8")
    words = [sys.executable, "-m", "benchmarks.nightly", "--users", "500", "--costs", str(tmp_path / "costs.json")]

    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)

    assert ran.stdout.splitlines()[0].split()[:3] == ["workspaces", "supervisors", "workers"]
    assert "500 forecasts in 1 workspace, 1 supervisor and 4 workers take" in ran.stdout
    assert "it breaks first" in ran.stdout
    assert "All growth ends in" in ran.stdout


def test_a_supervisor_without_a_worker_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        nightly.main(["--supervisors", "8", "--workers", "4"])
    assert "every supervisor needs a worker" in capsys.readouterr().err


def test_costs_survive_the_benchmarks_json() -> None:
    costs = replace(Costs(), worker=0.5)
    assert from_rows([asdict(row) for row in rows_of(costs)]) == costs


def test_a_ticket_is_accepted_with_as_many_syncs_as_the_model_has(tmp_path: Path) -> None:
    places = places_under(tmp_path)
    tickets.write(places, ticket := tickets.new("0123456789ab"))
    with counted_syncs() as syncs:
        tickets.accept(places, ticket, current())
    assert syncs.count == ACCEPT_SYNCS


def test_bookkeeping_is_measured_on_what_the_engine_really_writes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    staged_workspace(home, 3)
    places = places_under(home)
    ids = sorted(stage_index.read(places))

    found = bookkeeping(places, ids)

    assert all((places.run(record_id) / "result.json").stat().st_size > 1000 for record_id in ids)
    assert found.result == sum((places.run(ids[0]) / name).stat().st_size for name in forecasts.RESULTS)
    assert found.document_compressed < found.document
    assert found.result_compressed < found.result
    assert found.syncs >= 3


def test_a_set_for_measuring_has_two_scenarios_for_each_choice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = write_set(tmp_path / "set.json", 3)
    assert main(["--workspace", str(tmp_path / "home"), "stage", "forecastset", str(document)]) == 0
    set_id = capsys.readouterr().out.split()[-1]
    assert len({member.id for member in forecasts.known(places_under(tmp_path / "home"), set_id).members}) == 8


def test_a_relay_counts_what_passes_each_way() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, relay_to(server.getsockname()[1]) as relay:
        with socket.create_connection(("127.0.0.1", relay.port)) as client:
            there, _ = server.accept()
            with there:
                client.sendall(b"question")
                assert there.recv(100) == b"question"
                there.sendall(b"yes")
                assert client.recv(100) == b"yes"
        assert (relay.sent, relay.received) == (8, 3)
