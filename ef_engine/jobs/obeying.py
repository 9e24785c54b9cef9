"""What people wish of an attempt at a worker of a cluster, which no signal reaches: to hold, to say where it is.

They leave files (`store/requests.py`). Whoever stands in for the worker looks at them, passes them on, and writes into
the record what the worker says it does, not what it was told to do.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from ef_engine.jobs import pulse
from ef_engine.jobs.attempt import append_log
from ef_engine.jobs.holding import write_paused, write_resumed
from ef_engine.jobs.parcels import Parcel
from ef_engine.simulation.observer import SILENT, Observer
from ef_engine.store import forecasts, requests
from ef_engine.store.places import Places

AGAIN_SECONDS = 1.0
"""After which a worker is told again: the first time may be before it has begun, or be lost on the way."""


@dataclass(slots=True)
class Obeying(Observer):
    """Looks at the wishes whenever the attempt gets on, and at least as often as its parcel is looked for.

    All else is left to `watcher`.
    """

    places: Places
    record_id: str
    parcel: Parcel
    watcher: Observer = SILENT
    _is_paused: bool = False
    _told: tuple[bool, float] = (False, 0.0)
    _is_asked: bool = False

    def phase_begun(self, name: str, total: int) -> None:
        """Passes it on."""
        self.watcher.phase_begun(name, total)

    def advanced(self, done: int) -> None:
        """Obeys, and passes it on."""
        self._hold(requests.is_wished(self.places, self.record_id, "hold"))
        self._say_where()
        self.watcher.advanced(done)

    def _hold(self, is_wished: bool) -> None:
        """The worker is told until it does as wished; it is shown as paused while it is."""
        if self._is_paused and not is_wished:
            self._is_paused = False
            write_resumed(self.places, forecasts.known(self.places, self.record_id))
        if is_wished and self.parcel.is_held and not self._is_paused:
            self._is_paused = True
            write_paused(self.places, forecasts.known(self.places, self.record_id))
        if is_wished != self.parcel.is_held:
            self._tell(is_wished)

    def _tell(self, is_wished: bool) -> None:
        moment = time.monotonic()
        wish, since = self._told
        if wish != is_wished or moment - since > AGAIN_SECONDS:
            self._told = is_wished, moment
            self.parcel.tell(pulse.hold if is_wished else pulse.let_go)

    def _say_where(self) -> None:
        """Where the threads of the worker are goes into the log; then the wish is fulfilled."""
        if self.parcel.stacks is not None:
            append_log(self.parcel.log, f"{self.parcel.stacks}\n" if self.parcel.stacks else "")
            requests.withdraw(self.places, self.record_id, "stack")
            self.parcel.stacks, self._is_asked = None, False
        elif not self._is_asked and requests.is_wished(self.places, self.record_id, "stack"):
            self._is_asked = True
            self.parcel.look_into()
