"""The scenarios of a set as they stand on disk, by the choices they make."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from ef_engine.errors import CommandError
from ef_engine.service.results import result_document
from ef_engine.store import forecasts
from ef_engine.store.claims import observed
from ef_engine.store.forecasts import Unreadable
from ef_engine.store.places import Places
from ef_engine.store.record_rows import net_worth
from ef_engine.store.records import Member, Record
from ef_engine.store.states import Finished

if TYPE_CHECKING:
    from ef_engine.report.scenarios import Choice, Scenario, Scenarios, Value


def read_scenarios(places: Places, record: Record, metric: str | None = None) -> tuple[Scenarios, str]:
    """The scenarios of a set, and the name of the metric asked for (by default the net worth at the end).

    Net worth and milestones stand in small files; only another metric has every result opened. Raises CommandError for
    a metric that no scenario has.
    """
    from ef_engine.report.scenarios import DEFAULT_METRIC, Scenarios, option_names

    if not record.members:
        raise CommandError(f"{record.id} is a forecast", f"`ef_cli report forecast {record.id}` reports on it")
    choices = _choices(places, record)
    options = option_names(choices)
    stored = forecasts.read_some(places, {member.id for member in record.members})

    def read(is_whole: bool) -> Scenarios:
        read_one = {key: _values(places, each, is_whole) for key, each in stored.items()}
        found = tuple(
            _scenario(places, member, chosen, stored.get(member.id), read_one)
            for member, chosen in zip(record.members, options, strict=True)
        )
        return Scenarios(choices=choices, scenarios=found)

    scenarios = read(is_whole=False)
    name = scenarios.find_metric(metric or DEFAULT_METRIC)
    if metric and not name:
        scenarios = read(is_whole=True)
        name = scenarios.find_metric(metric)
        if name is None:
            raise CommandError(f"no scenario has {metric!r}", f"it is one of {', '.join(scenarios.metrics)}")
    return scenarios, name or DEFAULT_METRIC


def _choices(places: Places, record: Record) -> tuple[Choice, ...]:
    from ef_engine.model.forecast_set import ForecastSet
    from ef_engine.report.scenarios import Choice
    from ef_engine.service.inputs import read_stored

    content = read_stored(places, record.id).value
    assert isinstance(content, ForecastSet)
    return tuple(
        Choice(name=choice.name, options=tuple(option.name for option in choice.options)) for choice in content.choices
    )


def _values(places: Places, record: Record | Unreadable, is_whole: bool) -> dict[str, Value]:
    from ef_engine.report.scenarios import DEFAULT_METRIC, milestone_values, values_of_result

    has_result = isinstance(record, Record) and isinstance(record.state, Finished) and record.state.outcome.has_result
    if not has_result or not isinstance(record, Record):
        return {}
    if is_whole:
        return values_of_result(result_document(places, record))
    worth = net_worth(record)
    known: dict[str, Value] = {DEFAULT_METRIC: None if worth is None else Decimal(worth)}
    return known | milestone_values(record.summary.get("milestones") or {})


def _scenario(
    places: Places,
    member: Member,
    options: tuple[str, ...],
    record: Record | Unreadable | None,
    values: dict[str, dict[str, Value]],
) -> Scenario:
    from ef_engine.report.scenarios import Scenario

    names = tuple((record.summary.get("milestones") or {}) if isinstance(record, Record) else ())
    return Scenario(
        id=member.id,
        name=member.name,
        options=options,
        state="gone" if record is None else observed(places, record),
        values=values.get(member.id, {}),
        milestones=names,
    )
