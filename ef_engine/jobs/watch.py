"""What a reader can tell of a run by looking at it again and again (records-and-flows.md 1): frozen, stuck.

Two signals with two meanings: the heartbeat says the process lives, `done` that it gets on. "Unchanged since" is
measured with the reader's own monotonic clock since it last saw a change, so clocks that differ do no harm.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ef_engine.store.active import BEAT_SECONDS

FROZEN_SECONDS = 3 * BEAT_SECONDS
STUCK_SECONDS = 30.0
STUCK_STEPS = 8.0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """After how many seconds without a heartbeat a run is frozen; without progress, stuck.

    A run whose own longest step so far is long is given `steps` times that before it is called stuck.
    """

    frozen: float = FROZEN_SECONDS
    stuck: float = STUCK_SECONDS
    steps: float = STUCK_STEPS


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of one attempt: when its heart last beat, how far it was, its longest step so far in seconds."""

    id: str
    attempt: int
    beaten: float
    done: tuple[str, int]
    longest_step: float = 0.0


@dataclass(slots=True)
class _Seen:
    sight: Sight
    beat_changed: float
    done_changed: float


@dataclass(slots=True)
class Watch:
    """Remembers what it saw; times are seconds of the reader's monotonic clock."""

    thresholds: Thresholds = field(default_factory=Thresholds)
    _seen: dict[str, _Seen] = field(default_factory=dict)

    def look(self, sight: Sight, moment: float, hint: tuple[float, float] = (0.0, 0.0)) -> tuple[str, float] | None:
        """`frozen` or `stuck` and for how many seconds, or None.

        `hint` is how long, by clocks that may differ, heartbeat and progress had stood still at the first sight.
        """
        before = self._seen.get(sight.id)
        if before is None or before.sight.attempt != sight.attempt:
            before = self._seen[sight.id] = _Seen(sight, moment - hint[0], moment - hint[1])
        if sight.beaten != before.sight.beaten:
            before.beat_changed = moment
        if sight.done != before.sight.done:
            before.done_changed = moment
        before.sight = sight
        return self._flag(before, moment)

    def _flag(self, seen: _Seen, moment: float) -> tuple[str, float] | None:
        without_beat, without_progress = moment - seen.beat_changed, moment - seen.done_changed
        if without_beat > self.thresholds.frozen:
            return "frozen", without_beat
        if without_progress > max(self.thresholds.stuck, self.thresholds.steps * seen.sight.longest_step):
            return "stuck", without_progress
        return None

    def forget(self, ids: set[str]) -> None:
        """Forgets everything but these ids."""
        for gone in self._seen.keys() - ids:
            del self._seen[gone]
