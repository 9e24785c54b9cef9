"""What became of a flow, as a word and as the line that ends its run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ef_engine.flows.course import WENT_WELL, Course, Status
from ef_engine.flows.outline import ROOT, Key


class FlowEnd(StrEnum):
    """How a flow ends: success only if every step ran that had to."""

    SUCCESS = "success"
    FAILURE = "failure"
    INCOMPLETE = "incomplete"
    KILLED = "killed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a flow ended; `handled` failures were waited for by another step, which went well."""

    end: FlowEnd
    handled: int = 0

    @property
    def line(self) -> str:
        """The last line of a run."""
        return closing_line(self.end.value, self.handled)


def closing_line(end: str, handled: int = 0) -> str:
    """The last line of a run."""
    plural = "" if handled == 1 else "s"
    return f"Processing finished with: {end}" + (f" ({handled} handled failure{plural})" if handled else "")


def verdict(course: Course) -> Verdict:
    """How a flow that is over ended."""
    whole = course.statuses.get((ROOT, (1,)))
    if whole in WENT_WELL or whole is Status.SKIPPED:
        return Verdict(FlowEnd.SUCCESS, len(failures(course)))
    if course.is_killed:
        return Verdict(FlowEnd.KILLED)
    if whole is Status.FAILURE or course.stops:
        return Verdict(FlowEnd.FAILURE)
    return Verdict(FlowEnd.INCOMPLETE)


def failures(course: Course) -> list[Key]:
    """What failed, containers and loops left out."""
    nodes = course.outline.nodes
    return [
        key
        for key, status in course.statuses.items()
        if status is Status.FAILURE and ("." in key[0] or _is_single(nodes[key[0]].depth, key, course))
    ]


def _is_single(depth: int, key: Key, course: Course) -> bool:
    """Whether a key is one time of a step that does something."""
    step = course.outline.nodes[key[0]].step
    return not step.is_container and len(key[1]) == depth + (step.repeats is not None)
