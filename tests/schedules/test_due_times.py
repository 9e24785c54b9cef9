"""When schedules are due: against a plain search by the minute, and where clocks are changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ef_engine.errors import CommandError
from ef_engine.service.due_times import check_cron, check_zone, latest_due, local_zone, next_due
from ef_engine.store.clock import to_text
from tests.schedules.schedules import BEGIN, scheduled, utc

MINUTE = timedelta(minutes=1)


def choices(low: int, high: int) -> st.SearchStrategy[str]:
    numbers = st.integers(low, high)
    lists = st.lists(numbers, min_size=1, max_size=3).map(lambda found: ",".join(map(str, sorted(found))))
    ranges = st.tuples(numbers, numbers).map(lambda pair: f"{min(pair)}-{max(pair)}")
    steps = st.integers(2, 20).map(lambda step: f"*/{step}")
    return st.just("*") | lists | ranges | steps


crons = st.tuples(choices(0, 59), choices(0, 23), choices(1, 28), choices(1, 12), choices(0, 6)).map(" ".join)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda found: found.replace(tzinfo=UTC))


def fits(cron: str, moment: datetime) -> bool:
    """Whether a minute fits, by the rules of crontab(5) read word by word."""

    def holds(field: str, value: int, first: int) -> bool:
        for part in field.split(","):
            whole, _, step = part.partition("/")
            low, _, high = whole.partition("-")
            lowest, highest = (first, 99) if whole == "*" else (int(low), int(high or low))
            if lowest <= value <= highest and (value - lowest) % int(step or 1) == 0:
                return True
        return False

    minute, hour, day, month, weekday = cron.split()
    of_day, of_week = holds(day, moment.day, 1), holds(weekday, moment.isoweekday() % 7, 0)
    is_day = of_day and of_week if day[0] == "*" or weekday[0] == "*" else of_day or of_week
    return holds(minute, moment.minute, 0) and holds(hour, moment.hour, 0) and holds(month, moment.month, 1) and is_day


@settings(max_examples=80, deadline=None)
@given(crons, moments)
def test_the_next_due_time_is_the_first_minute_that_fits(cron: str, moment: datetime) -> None:
    schedule = scheduled(cron=cron)
    due = next_due(schedule, moment)
    assert due is not None
    assert due > moment
    assert fits(cron, due)
    minute = moment.replace(second=0, microsecond=0) + MINUTE
    last = min(due, moment + timedelta(days=3))
    while minute < last:
        assert not fits(cron, minute)
        minute += MINUTE


@settings(max_examples=80, deadline=None)
@given(crons, moments, st.integers(0, 200_000))
def test_the_latest_due_time_is_the_one_before_the_next(cron: str, moment: datetime, seconds: int) -> None:
    """It is due, not later than now, and nothing is due between it and now."""
    schedule = scheduled(begin=moment, cron=cron)
    now = moment + timedelta(seconds=seconds)
    due = latest_due(schedule, now)
    if due is None:
        first = next_due(schedule, moment)
        assert first is None or first > now
    else:
        assert moment < due <= now
        assert fits(cron, due)
        after = next_due(schedule, due)
        assert after is not None
        assert after > now


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["30 2 * * *", "30 1 * * *", "*/15 * * * *", "0 * * * *", "15 2,3 * * *", "0 0 * * 0"]),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
    st.sampled_from(["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01"]),
    st.integers(0, 3 * 24 * 60),
)
def test_however_often_one_looks_each_due_time_is_found_once_where_clocks_change(
    cron: str, zone: str, day: str, minutes: int
) -> None:
    begin = utc(day) - timedelta(days=1)
    schedule = scheduled(begin=begin, cron=cron, zone=zone)
    found, moment, end = [], begin, begin + timedelta(days=3)
    while (due := next_due(schedule, moment)) and due <= end:
        found.append(due)
        moment = due
    now = begin + timedelta(minutes=minutes)
    assert latest_due(schedule, now) == max((due for due in found if due <= now), default=None)


def dues(cron: str, begin: str, count: int) -> list[str]:
    """The next due times in Berlin, as its clocks show them."""
    moment, found = utc(begin), []
    schedule = scheduled(begin=moment, cron=cron, zone="Europe/Berlin")
    for _ in range(count):
        due = next_due(schedule, moment)
        assert due is not None
        found.append(due.astimezone(ZoneInfo("Europe/Berlin")).strftime("%d %H:%M %Z"))
        moment = due
    return found


def test_what_is_due_in_the_hour_that_does_not_exist_is_due_right_after_it() -> None:
    assert dues("30 2 * * *", "2026-03-28T12:00", 2) == ["29 03:00 CEST", "30 02:30 CEST"]


def test_what_is_due_in_the_hour_that_comes_twice_is_due_once() -> None:
    assert dues("30 2 * * *", "2026-10-24T12:00", 2) == ["25 02:30 CEST", "26 02:30 CET"]


def test_what_is_due_every_hour_goes_by_the_time_that_passes() -> None:
    assert dues("0 * * * *", "2026-03-29T00:30", 2) == ["29 03:00 CEST", "29 04:00 CEST"]
    assert dues("0 * * * *", "2026-10-24T23:30", 3) == ["25 02:00 CEST", "25 02:00 CET", "25 03:00 CET"]


def test_cron_is_in_the_time_zone_of_the_schedule() -> None:
    summer = scheduled(cron="0 6 1 * *", zone="Europe/Berlin")
    assert next_due(summer, utc("2026-06-15T00:00")) == utc("2026-07-01T04:00")
    assert next_due(summer, utc("2026-12-15T00:00")) == utc("2027-01-01T05:00")


@given(st.integers(1, 10**6), st.integers(0, 10**8))
def test_an_interval_counts_from_when_the_schedule_was_made(interval: int, seconds: int) -> None:
    schedule, now = scheduled(interval=float(interval)), BEGIN + timedelta(seconds=seconds)
    due, latest = next_due(schedule, now), latest_due(schedule, now)
    assert due == BEGIN + timedelta(seconds=(seconds // interval + 1) * interval)
    assert latest == (None if seconds < interval else due - timedelta(seconds=interval))


def test_what_is_handled_is_not_due_again() -> None:
    now = utc("2026-01-01T02:30")
    assert latest_due(scheduled(), now) == utc("2026-01-01T02:00")
    assert latest_due(scheduled(handled=to_text(utc("2026-01-01T02:00"))), now) is None


@pytest.mark.parametrize("text", ["", "* * * *", "60 * * * *", "* * * * MOX", "0 6 31 2 *", "0 0 0 6 1 *", "every day"])
def test_what_is_no_cron_expression_is_refused(text: str) -> None:
    with pytest.raises(CommandError):
        check_cron(text)


@pytest.mark.parametrize("name", ["Europe/Nowhere", "../etc/passwd", ""])
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(CommandError, match="there is no time zone"):
        check_zone(name)


def test_the_zone_of_this_machine_may_be_set_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    assert local_zone() == "America/New_York"
    monkeypatch.setenv("TZ", "nonsense")
    assert local_zone() == "UTC"
