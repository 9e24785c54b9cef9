"""Looking at flows again and again: what is over costs nothing more, what is lost or damaged is told."""

from __future__ import annotations

from unittest.mock import patch

from ef_engine.service.flow_tree import FlowWatch
from ef_engine.store import forecasts
from tests.flows.conftest import Mill, until
from tests.flows.test_examples import says
from tests.flows.test_flow_runs import GATE, _is_begun, kill_everything


def test_what_is_over_is_read_once_and_what_is_damaged_is_told(mill: Mill) -> None:
    mill.cli("run", "flow", mill.flow(says("a", "A"), says("b", "B", "a")))
    watch = FlowWatch(mill.places)
    first = watch.flows()
    assert [(row.name, row.state, row.done, row.total) for row in first] == [("nightly", "success", 2, 2)]
    with patch.object(forecasts, "read_run") as reads:
        assert watch.flows() == first
        assert [row.status for row in watch.tree(first[0].id).rows] == ["success"] * 3
    assert not reads.called

    (mill.places.run(first[0].id) / "run.json").write_text("{")
    watch = FlowWatch(mill.places)
    assert [(row.name, row.state, row.total) for row in watch.flows()] == [("nightly", "success", 0)]
    assert "run.json" in watch.tree(first[0].id).problem


def test_a_run_whose_owner_died_is_lost_until_it_is_recovered(mill: Mill) -> None:
    mill.cli("run", "flow", mill.flow(says("a", "A"), GATE | {"name": "b", "requires": ["a"]}), "--detach")
    until(lambda: _is_begun(mill, "b"))
    kill_everything(mill)
    watch = FlowWatch(mill.places)
    run_id = mill.latest().id
    until(lambda: watch.tree(run_id).run.state == "lost")
    tree = watch.tree(run_id)
    assert [(row.name, row.status) for row in tree.rows] == [("nightly", "lost"), ("a", "success"), ("b", "lost")]
    mill.open()
    mill.cli("run", "flow", "nightly", "--recover")
    assert [row.state for row in watch.flows()] == ["success", "crashed"]
