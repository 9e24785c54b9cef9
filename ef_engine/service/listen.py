"""`listen`: what happened in the workspace and what happens, one document each, to whoever wants to be told.

Three channels: `task` is the life of records, `data` what comes into the workspace and leaves it, `log` what workers
write down. The past is told in the order it happened; what comes is told as it comes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from heapq import merge
from typing import Any, TypeAlias

from ef_engine.service.attempt_lines import LogLine, Tail, all_tails, running_attempts, tail_of
from ef_engine.service.record_names import Names
from ef_engine.store import journal
from ef_engine.store.events import Event, Kind
from ef_engine.store.journal import POLL_SECONDS, Reading
from ef_engine.store.places import Places

CHANNELS = ("task", "log", "data")
_DATA = frozenset({Kind.STAGED, Kind.RESTAGED, Kind.DELETED})

Message: TypeAlias = Mapping[str, Any]
"""`channel`, `at` (UTC) and `id`, the `name` of the record, then what the event or line holds."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody listens to: the channels, records whose id or name fits a pattern, and since when (UTC text)."""

    channels: Collection[str] = CHANNELS
    pattern: str = "*"
    since: str | None = None


def _moment(each: Event | LogLine) -> tuple[str, int]:
    """When it was; of one millisecond a log line comes after the beginning of its attempt and before the end."""
    rank = 1 if isinstance(each, LogLine) else 2 if each.kind is Kind.POSTRUN else 0
    return each.at, rank


class Listener:
    """Tells `put` what it wants to know; `say` is told of what the journal holds and nobody can read."""

    def __init__(
        self, places: Places, wanted: Wanted, put: Callable[[Message], None], say: Callable[[str], None]
    ) -> None:
        self._places, self._wanted, self._put, self._say = places, wanted, put, say
        self._names = Names(places)
        self._tails: dict[tuple[str, int], Tail] = {}
        self._has_log = "log" in wanted.channels
        self._skipped = 0

    def replay(self) -> None:
        """Tells the past, events and log lines in the order of their moments."""
        reading = journal.read(self._places, self._wanted.since)
        self._tell_past(list(reading))
        self._tell_skipped(reading)

    def follow(
        self, stop: Callable[[], bool] = lambda: False, seconds: float | None = None, poll_seconds: float = POLL_SECONDS
    ) -> None:
        """Tells the past, then what comes, until `stop` says so or so many seconds are over."""
        past: list[Event] | None = []

        def rest(pause: float) -> None:
            nonlocal past
            if past is not None:  # there is nothing more for now: what came so far is the past
                self._tell_past(past)
                past = None
            self._drain()
            self._tell_skipped(reading)
            time.sleep(pause)

        reading = journal.follow(
            self._places, self._wanted.since, stop=stop, seconds=seconds, poll_seconds=poll_seconds, rest=rest
        )
        for event in reading:
            if past is not None:
                past.append(event)
            else:
                self._tell(event)
                self._open_or_close(event)
        rest(0.0)

    def _tell_past(self, events: list[Event]) -> None:
        running = running_attempts(self._places) if self._has_log else set()
        lines = sorted(self._past_lines(running), key=lambda line: line.at)
        happened: Iterable[Event | LogLine] = events
        for each in merge(happened, lines, key=_moment):
            self._tell(each)

    def _past_lines(self, kept: Collection[tuple[str, int]]) -> list[LogLine]:
        """The lines of every log so far; those that are `kept` may grow, and are read on later."""
        if not self._has_log:
            return []
        lines: list[LogLine] = []
        for tail in all_tails(self._places):
            key = tail.id, tail.attempt
            lines += tail.read(is_ended=key not in kept)
            self._tails[key] = tail
        return lines

    def _open_or_close(self, event: Event) -> None:
        """Reads the log of an attempt from its beginning on, for a last time when it has ended."""
        attempt = event.fields.get("attempt")
        if not self._has_log or not isinstance(attempt, int) or event.kind not in (Kind.PRERUN, Kind.POSTRUN):
            return
        key = event.id, attempt
        tail = self._tails.setdefault(key, tail_of(self._places, *key))
        for line in tail.read(is_ended=event.kind is Kind.POSTRUN):
            self._tell(line)

    def _drain(self) -> None:
        """What was added to the logs of what runs."""
        if self._has_log:
            for key in running_attempts(self._places):
                for line in self._tails.setdefault(key, tail_of(self._places, *key)).read():
                    self._tell(line)

    def _tell(self, each: Event | LogLine) -> None:
        if isinstance(each, LogLine):
            channel, document = "log", {"attempt": each.attempt, "text": each.text}
        else:
            channel = "data" if each.kind in _DATA else "task"
            document = {key: value for key, value in each.to_json().items() if key not in ("schema", "at", "id")}
        if channel in self._wanted.channels and each.at >= (self._wanted.since or "") and self._fits(each.id):
            self._put({"channel": channel, "at": each.at, "id": each.id, "name": self._names.of(each.id), **document})

    def _fits(self, record_id: str) -> bool:
        pattern = self._wanted.pattern
        return pattern == "*" or fnmatchcase(record_id, pattern) or fnmatchcase(self._names.of(record_id), pattern)

    def _tell_skipped(self, reading: Reading) -> None:
        if reading.skipped > self._skipped:
            count = reading.skipped - self._skipped
            self._skipped = reading.skipped
            self._say(skipped_text(count))


def skipped_text(count: int) -> str:
    """What is said of lines of the journal that are no events."""
    lines = "a line" if count == 1 else f"{count} lines"
    return f"Skipped {lines} of the journal that made no sense: torn, or of a newer version."
