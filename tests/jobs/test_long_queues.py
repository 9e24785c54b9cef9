"""A queue of thousands of tickets costs little more for each than a short one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ef_engine.jobs import stage_clearing
from ef_engine.jobs.stage_clearing import StageClearing
from ef_engine.jobs.supervise import launch
from ef_engine.store import forecasts, stage_index, tickets
from ef_engine.store.places import Places, places_under
from tests.jobs.conftest import Shop, until


class Clock:
    """Seconds that pass when somebody says so."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def monotonic(self) -> float:
        return self.seconds


def test_the_index_of_the_stage_is_changed_for_many_tickets_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, changes = Clock(), list[set[str]]()

    def change(_: Places, ids: set[str]) -> None:
        changes.append(set(ids))
        clock.seconds += 0.1

    monkeypatch.setattr(stage_clearing, "time", clock)
    monkeypatch.setattr(forecasts, "unstage_begun", change)
    clearing = StageClearing(places_under(tmp_path))
    for number in range(100):
        clearing.add([str(number)], is_last=number == 99)
        clock.seconds += 0.05
    assert 3 <= len(changes) <= 5, "a change takes 0.1 s, and then there is none for 2 s"
    assert set().union(*changes) == {str(number) for number in range(100)}
    assert "99" in changes[-1], "the last one does not wait"


def test_when_all_is_done_nothing_of_it_is_staged(shop: Shop) -> None:
    for items in range(6, 14):
        shop.stage(1, f"with {items}", items=items)
    assert shop.cli("run", "--all").returncode == 0
    assert stage_index.read(shop.places) == {}
    assert [path.name for path in shop.places.stage.iterdir()] == [shop.places.index.name]


def test_a_listing_says_which_tickets_have_news(tmp_path: Path) -> None:
    places = places_under(tmp_path)
    made = [tickets.new("0123456789ab") for _ in range(4)]
    tickets.write(places, *made)
    quiet, done, told, drained = sorted(each.name for each in made)
    tickets.add_done(places, done, "0123456789ab", "evaluated")
    tickets.say(places, told, "a worker is missing")
    tickets.drain(places, drained)
    tickets.pause(places)
    found = tickets.listing(places)
    assert list(found.names) == [quiet, done, told, drained]
    assert found.with_news == {done, told}
    assert found.drained == {drained}


def test_a_ticket_for_an_engine_that_does_not_exist_is_refused_once(shop: Shop) -> None:
    record_id = shop.stage(1)
    ticket = tickets.new(record_id, engine="abacus")
    tickets.write(shop.places, ticket)
    launch(shop.places)
    until(lambda: not tickets.exists(shop.places, ticket.name))
    assert tickets.done(shop.places, ticket.name) == [(record_id, "failed")]
    (sentence,) = tickets.said(shop.places, ticket.name)
    assert "abacus" in sentence
    assert "local, dask" in sentence
    assert shop.cli("run", record_id).returncode == 0
