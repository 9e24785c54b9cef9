"""`wait`: until what runs or waits is done, whoever does it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from ef_engine.errors import NotFoundError, UnfinishedError
from ef_engine.report.durations import duration_text
from ef_engine.service.standing import UNDER_WAY, look_at_queue
from ef_engine.store import forecasts, tickets
from ef_engine.store.locks import is_held
from ef_engine.store.places import Places

POLL_SECONDS = 0.1
SUPERVISED_SECONDS = 10.0
"""How long the queue may be without supervisor before somebody is told."""

_SHOWN = 5


def wait(
    places: Places, ids: Sequence[str], timeout: float | None, noted: Callable[[str], None]
) -> Iterator[tuple[str, str]]:
    """Yields each full id and how it ended as soon as it has: an outcome, or `lost`.

    Raises NotFoundError for what nobody asked to be run or is gone, UnfinishedError after `timeout` seconds.
    """
    left = list(dict.fromkeys(ids))
    begin = time.monotonic()
    doubts = _Doubts(places, noted)
    while left:
        standings = _standings(places, left)
        for record_id, word in standings.items():
            if word not in UNDER_WAY:
                left.remove(record_id)
                yield record_id, word
        if left and timeout is not None and time.monotonic() - begin >= timeout:
            raise _unfinished({each: standings[each] for each in left}, timeout)
        if left:
            doubts.look(set(standings.values()))
            time.sleep(POLL_SECONDS)


def _standings(places: Places, ids: Sequence[str]) -> dict[str, str]:
    queue = look_at_queue(places)
    records = forecasts.read_some(places, ids)
    found = {}
    for record_id in ids:
        if record_id not in records:
            raise NotFoundError(f"{record_id} is gone", "see `ef_cli list`")
        found[record_id] = queue.standing(records[record_id])
        if found[record_id] == "staged":
            raise NotFoundError(f"{record_id} is staged, and nobody runs it", f"`ef_cli run {record_id}` does")
    return found


def _unfinished(left: dict[str, str], timeout: float) -> UnfinishedError:
    shown = [f"{record_id} ({word})" for record_id, word in left.items()]
    text = ", ".join(shown[:_SHOWN]) + (f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else "")
    verb = "is" if len(shown) == 1 else "are"
    return UnfinishedError(f"{text} {verb} not done after {duration_text(timeout)}", "see `ef_cli ps`")


class _Doubts:
    """Says once why waiting may take for ever."""

    def __init__(self, places: Places, noted: Callable[[str], None]) -> None:
        self._places, self._noted = places, noted
        self._unsupervised_since: float | None = None
        self._told: set[str] = set()

    def look(self, words: set[str]) -> None:
        """`words` are where those stand that are waited for."""
        if "paused" in words:
            self._tell("Something is paused; `ef_cli resume ID` lets it go on.")
        if "queued" not in words:
            return
        if tickets.is_paused(self._places):
            self._tell("The queue is paused; `ef_cli resume` lets it go on.")
        if self._is_alone(time.monotonic()):
            self._tell("Nobody works on the queue; the next `ef_cli run` sees to it, and so does `ef_cli resume`.")

    def _is_alone(self, moment: float) -> bool:
        if is_held(self._places.supervisor_lock):
            self._unsupervised_since = None
            return False
        if self._unsupervised_since is None:
            self._unsupervised_since = moment
        return moment - self._unsupervised_since > SUPERVISED_SECONDS

    def _tell(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._noted(text)
