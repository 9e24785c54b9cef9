"""Time passes and priorities choose: from a forecast to what happens on every day. Pure.

`simulate` is the door; `result` says what comes out of it.
"""

from ef_engine.simulation.engine import simulate as simulate
from ef_engine.simulation.observer import SILENT as SILENT
from ef_engine.simulation.observer import Observer as Observer
