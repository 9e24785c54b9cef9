"""Where forecasts run, chosen in the dashboard: asked of a real cluster, used and named by what is run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ef_engine.cli.invocation import Invocation
from ef_engine.cli.settings import resolve
from ef_engine.service.in_progress import in_progress
from ef_engine.service.rights import ALL, Right
from ef_engine.service.workspace import Workspace
from ef_engine.store import tickets
from ef_tui.actions import READ_ONLY
from ef_tui.main import parser, session_of
from ef_tui.screens.engine import EngineForm
from ef_tui.screens.plan import PlanScreen
from ef_tui.session import Preferences
from tests.flows.conftest import Mill, mill
from tests.flows.test_examples import says
from tests.jobs.clusters import running_cluster
from tests.tui.conftest import Person, opened
from tests.tui.test_actions import go_to, id_of, said, state_of
from tests.tui.test_flows_screen import GATE, at_flows, declare, states

__all__ = ["mill"]

NOBODY = "tcp://127.0.0.1:9"
Sample = Callable[[str], Workspace]


async def choose(person: Person, row: int, address: str = "") -> None:
    """Opens the form, goes to a place by the arrow keys, and takes it."""
    await person.press("E")
    form = person.app.screen
    assert isinstance(form, EngineForm)
    if address:
        form.address.focus()
        await person.pilot.pause()
        await person.type(address)
    else:
        await person.press("home", *["down"] * row)
    await person.press("enter")


async def test_a_forecast_runs_on_a_worker_of_the_cluster_that_was_chosen(sample: Sample, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    workspace = sample("typical")
    record_id = id_of(workspace, "half a year")
    with running_cluster(tmp_path, workers=1) as cluster:
        async with opened(workspace, preferences=Preferences(refresh=0.1)) as person:
            await choose(person, 2, cluster.address)
            await person.until(lambda: said(person) == [f"Forecasts run on {cluster.address} from now on."])
            assert f"on {cluster.address}" in person.text.splitlines()[0]

            await go_to(person, 2, record_id)
            await person.press("x")
            await person.until(lambda: state_of(workspace.places, record_id) == "evaluated")
            words = f"run forecast {record_id} --detach --engine dask --scheduler {cluster.address}"
            assert person.app.history == [words]
            log = (workspace.places.run(record_id) / "attempt-1.log").read_text()
            assert any(f":{pid}" in log for pid in cluster.worker_pids())

            await choose(person, 0)
            await person.until(lambda: said(person)[-1] == "Forecasts run on this machine from now on.")
            assert cluster.address not in person.text.splitlines()[0]
            await go_to(person, 4, record_id)
            await person.press("colon")
            await person.type("run --help")
            await person.press("enter")
            assert person.app.history[-1] == "run --help --engine local"


async def test_a_cluster_that_is_not_there_is_said_in_the_form_and_nothing_changes(sample: Sample) -> None:
    pytest.importorskip("distributed")
    workspace = sample("empty")
    async with opened(workspace) as person:
        await choose(person, 2, NOBODY)
        await person.until(lambda: "no Dask scheduler" in person.text)
        assert isinstance(person.app.screen, EngineForm)
        await person.press("escape")
        assert person.app.workspace == workspace
        assert "dask" not in person.text.lower()


async def test_an_address_is_asked_for_where_none_was_typed(sample: Sample) -> None:
    async with opened(sample("empty")) as person:
        await choose(person, 2)
        assert "Type the address of its scheduler" in person.text
        await person.type(NOBODY)
        assert person.app.screen.query_one("#places").cursor.key == "there"  # type: ignore[attr-defined]


async def test_a_cluster_of_ones_own_is_taken_and_asked_for_by_every_ticket(sample: Sample) -> None:
    pytest.importorskip("distributed")
    workspace = sample("typical")
    tickets.pause(workspace.places)
    async with opened(workspace) as person:
        await choose(person, 1)
        await person.until(lambda: said(person) == ["Forecasts run on a Dask cluster of their own from now on."])
        assert "on a Dask cluster" in person.text.splitlines()[0]
        await go_to(person, 2, id_of(workspace, "half a year"))
        await person.press("x")
        await person.until(lambda: tickets.all_tickets(workspace.places))
    assert {(each.engine, each.scheduler) for each in tickets.all_tickets(workspace.places)} == {("dask", "")}


async def test_a_cluster_of_ones_own_is_named_where_the_config_file_names_another(sample: Sample) -> None:
    """Without the empty address, the command would go to the cluster of the config file."""
    pytest.importorskip("distributed")
    workspace = sample("typical")
    tickets.pause(workspace.places)
    async with opened(workspace, scheduler=NOBODY) as person:
        record_id = id_of(workspace, "half a year")
        await go_to(person, 2, record_id)
        await choose(person, 1)
        await person.until(lambda: said(person))
        await person.press("x")
        await person.until(lambda: tickets.all_tickets(workspace.places))
        assert person.app.history == [f"run forecast {record_id} --detach --engine dask --scheduler ''"]
        await person.press("E")
        assert NOBODY in person.text  # is offered, since it is known


def test_the_session_knows_the_scheduler_of_the_config_file_where_forecasts_run_on_this_machine(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text(f'scheduler = "{NOBODY}"\n')
    args = parser().parse_args(["--config", str(config), "--workspace", str(tmp_path)])
    session = session_of(Invocation(args, resolve(args, {})))
    assert (session.workspace.scheduler, session.scheduler) == ("", NOBODY)


async def test_the_palette_offers_the_choice_and_who_only_looks_has_none(sample: Sample) -> None:
    workspace = sample("empty")
    async with opened(workspace) as person:
        await person.press("ctrl+p")
        await person.type("where")
        await person.press("enter")
        await person.until(lambda: isinstance(person.app.screen, EngineForm))
    async with opened(workspace, is_read_only=True) as person:
        await person.press("E")
        assert said(person) == [f"where forecasts run: {READ_ONLY}."]
        await person.press("ctrl+p")
        await person.type("where to run")
        assert "or a Dask cluster" not in person.text


async def test_who_may_run_nothing_cannot_choose(sample: Sample) -> None:
    workspace = sample("empty")
    guest = Workspace(workspace.places, "ann", ALL - {Right.RUN}, "guest", "c.toml")
    async with opened(guest) as person:
        await choose(person, 0)
        await person.until(lambda: "profile guest has no right to RUN" in person.text)


@pytest.mark.slow
async def test_flows_are_started_and_recovered_where_was_chosen(mill: Mill, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    declare(mill, says("a", "A"))
    with running_cluster(tmp_path, workers=1) as cluster:
        async with at_flows(mill, workspace=Workspace(mill.places, "ann")) as person:
            await choose(person, 2, cluster.address)
            await person.until(lambda: said(person))
            words = f"--engine dask --scheduler {cluster.address}"
            await person.press("x")
            await person.until(lambda: states(person) == [("nightly", "success")])
            assert person.app.history == [f"run flow nightly --detach {words}"]
            log = (mill.places.run(f"{mill.latest().id}.1") / "attempt-1.log").read_text()
            assert any(f":{pid}" in log for pid in cluster.worker_pids())
            await person.press("t")
            await person.until(lambda: isinstance(person.app.screen, PlanScreen))
            assert "Nothing has to be run again." in person.text
            assert "--engine dask" in person.text


@pytest.mark.slow
async def test_what_runs_on_a_cluster_says_on_which_worker(mill: Mill, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    with running_cluster(tmp_path, workers=1) as cluster:
        mill.cli("run", "flow", mill.flow(GATE), "--detach", "--engine", "dask", "--scheduler", cluster.address)
        preferences = Preferences(refresh=0.1)
        async with opened(Workspace(mill.places, "ann"), size=(200, 60), preferences=preferences) as person:
            pid = next(iter(cluster.worker_pids()))
            await person.until(lambda: f":{pid} (tcp://" in person.text)
            assert any(f":{pid} (tcp://" in str(each.cells[-2]) for each in in_progress(mill.places))
            mill.cli("kill", "flow", mill.latest().id)
            await person.until(lambda: not person.app.snapshot.in_progress)
            assert f":{pid}" not in person.text
