"""The scenarios of a set as they stand on disk, by the choices they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from ef_engine.errors import CommandError, EfError
from ef_engine.service.results import result_outline
from ef_engine.store import forecasts
from ef_engine.store.claims import observed
from ef_engine.store.forecasts import Unreadable
from ef_engine.store.places import Places
from ef_engine.store.record_rows import net_worth
from ef_engine.store.records import Member
from ef_engine.store.records import Record as Record
from ef_engine.store.states import Finished

if TYPE_CHECKING:
    from ef_engine.report.scenarios import Choice, Scenario, Scenarios, Value

    _Values: TypeAlias = tuple[Mapping[str, Value], tuple[str, ...]]

_NOTHING: _Values = ({}, ())


def unwatched(done: int, total: int) -> None:
    """Nobody watches how scenarios are read."""


def read_scenarios(
    places: Places, record: Record, metric: str | None = None, watch: Callable[[int, int], None] = unwatched
) -> tuple[Scenarios, str]:
    """The scenarios of a set, and the name of the metric asked for (by default the net worth at the end).

    `watch` is told how many of how many results are read; of one that cannot be, only the net worth is known. Raises
    CommandError for a metric that no scenario has.
    """
    from ef_engine.report.scenarios import DEFAULT_METRIC, Scenarios, option_names

    if not record.members:
        raise CommandError(f"{record.id} is a forecast", f"`ef_cli report forecast {record.id}` reports on it")
    choices = _choices(places, record)
    options = option_names(choices)
    stored = forecasts.read_some(places, {member.id for member in record.members})

    values = {}
    for done, (key, each) in enumerate(stored.items(), 1):
        values[key] = _values(places, each)
        watch(done, len(stored))
    found = tuple(
        _scenario(places, member, chosen, stored.get(member.id), values.get(member.id, _NOTHING))
        for member, chosen in zip(record.members, options, strict=True)
    )
    scenarios = Scenarios(choices=choices, scenarios=found)
    name = scenarios.find_metric(metric or DEFAULT_METRIC)
    if metric and not name:
        raise CommandError(f"no scenario has {metric!r}", f"it is one of {', '.join(scenarios.metrics)}")
    return scenarios, name or DEFAULT_METRIC


def read_set(places: Places, set_id: str) -> tuple[Record, Scenarios]:
    """A set of a full id, and all that there is to know of its scenarios."""
    record = forecasts.known(places, set_id)
    return record, read_scenarios(places, record)[0]


def _choices(places: Places, record: Record) -> tuple[Choice, ...]:
    from ef_engine.model.forecast_set import ForecastSet
    from ef_engine.report.scenarios import Choice
    from ef_engine.service.inputs import read_stored

    content = read_stored(places, record.id).value
    assert isinstance(content, ForecastSet)
    return tuple(
        Choice(name=choice.name, options=tuple(option.name for option in choice.options)) for choice in content.choices
    )


def _values(places: Places, record: Record | Unreadable) -> _Values:
    """All metrics of a scenario, and which of them are milestones."""
    from ef_engine.report.metrics import milestone_values, values_of_result
    from ef_engine.report.scenarios import DEFAULT_METRIC

    if not isinstance(record, Record) or not isinstance(record.state, Finished) or not record.state.outcome.has_result:
        return _NOTHING
    try:
        outline = result_outline(places, record)
    except EfError:  # damaged, or deleted since it was listed
        worth = net_worth(record)
        return {DEFAULT_METRIC: None if worth is None else Decimal(worth)}, ()
    return values_of_result(outline), tuple(milestone_values(outline))


def _scenario(
    places: Places, member: Member, options: tuple[str, ...], record: Record | Unreadable | None, found: _Values
) -> Scenario:
    from ef_engine.report.scenarios import Scenario

    values, milestones = found
    return Scenario(
        id=member.id,
        name=member.name,
        options=options,
        state="gone" if record is None else observed(places, record),
        values=values,
        milestones=milestones,
    )
