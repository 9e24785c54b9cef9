"""The steps of a flow by name, each with the containers around it; and the keys of what runs.

One time a step is to run is a key: its name and the passes of what is around it, from the flow's own first and only
one down to those of its own repeats. `p1@1.2.1` is the first pass of the inner loop in the second of the outer one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from ef_engine.flows.model import AllOf, Flow, On, Step, Work, waits

Sequence: TypeAlias = tuple[int, ...]
Key: TypeAlias = tuple[str, Sequence]

ROOT = ""
"""The name of the flow itself as a container."""


@dataclass(frozen=True, slots=True)
class Node:
    """A step and the names of the containers around it, the flow first."""

    step: Step
    around: tuple[str, ...]

    @property
    def depth(self) -> int:
        """How many passes lead to it, without its own."""
        return len(self.around)


@dataclass(frozen=True, slots=True)
class Outline:
    """A flow that was checked, ready to be gone through."""

    flow: Flow
    nodes: Mapping[str, Node]
    handlers: Mapping[str, tuple[str, ...]]

    @property
    def root(self) -> Step:
        """The flow as a container."""
        return self.nodes[ROOT].step

    def node_of(self, key: Key) -> Node:
        """The node a key belongs to; the one whose setup, teardown or repeats it is."""
        return self.nodes[owner_of(key[0])]

    def work_of(self, key: Key) -> Work:
        """What is to be done for a key, its references not filled in."""
        step, (_, _, role) = self.node_of(key).step, key[0].partition(".")
        found = getattr(step, role) if role else step.run
        assert found is not None
        return found

    def passes_around(self, key: Key) -> list[Key]:
        """The passes of containers a key lies in, the outermost first."""
        around = self.node_of(key).around
        if key[0].partition(".")[2] in ("setup", "teardown"):
            around = (*around, owner_of(key[0]))
        return [(name, key[1][: position + 1]) for position, name in enumerate(around)]

    def loops_around(self, key: Key) -> list[tuple[str, Key, int]]:
        """Of every repeated step around a key, itself included: its name, its key, and the pass, outermost first."""
        node = self.node_of(key)
        names = [*node.around, node.step.name]
        return [
            (name, (name, key[1][:position]), key[1][position])
            for position, name in enumerate(names)
            if position < len(key[1]) and name != ROOT and self.nodes[name].step.repeats is not None
        ]

    def values_around(self, key: Key, values: Mapping[Key, tuple[Any, ...]]) -> list[tuple[str, Any]]:
        """The values of the passes a key lies in, by the name of the repeated step, the outermost first."""
        found = []
        for name, loop, number in self.loops_around(key):
            repeats = self.nodes[name].step.repeats
            known = repeats if isinstance(repeats, tuple) else values.get(loop, ())
            found += [(name, known[number - 1])] if number <= len(known) else []
        return found

    def is_going_on(self, name: str) -> bool:
        """Whether a failure of the step leaves the others alone, as it or something around it says."""
        node = self.nodes[owner_of(name)]
        return node.step.keep_going or any(self.nodes[each].step.keep_going for each in node.around)

    def has_handler(self, name: str) -> bool:
        """Whether a step waits for the failure of this one, or of something around it."""
        node = self.nodes[owner_of(name)]
        return any(each in self.handlers for each in (node.step.name, *node.around))

    def label(self, key: Key) -> str:
        """A key for people: `p1@1.2.1`."""
        name, _, role = key[0].partition(".")
        shown = f"{name or self.flow.name}.{role}" if role else name or self.flow.name
        return f"{shown}@{sequence_text(key[1])}"


def outline_of(flow: Flow) -> Outline:
    """The outline of a flow without findings."""
    root = Step(
        name=ROOT, steps=flow.steps, setup=flow.setup, teardown=flow.teardown, keep_going=flow.keep_going
    )  # fmt: skip
    nodes = {each.step.name: each for each in walk(root, ())}
    handlers: dict[str, tuple[str, ...]] = {}
    for name, node in nodes.items():
        for on in waits(node.step.requires):
            if on.end == "failure":
                handlers[on.step] = (*handlers.get(on.step, ()), name)
    return Outline(flow, nodes, handlers)


def walk(step: Step, around: tuple[str, ...]) -> Iterator[Node]:
    """A step and everything in it, in the order of the document."""
    yield Node(step, around)
    for each in step.steps:
        yield from walk(each, (*around, step.name))


def owner_of(name: str) -> str:
    """The step whose setup, teardown or repeats a name is; otherwise the name."""
    return name.partition(".")[0]


def sequence_text(sequence: Sequence) -> str:
    """A sequence as people and the environment see it: `1.2.1`."""
    return ".".join(map(str, sequence))


def sequence_of(text: str) -> Sequence:
    """The sequence of a text."""
    return tuple(map(int, text.split("."))) if text else ()


def requirement(step: Step) -> tuple[On, ...]:
    """Every end a step waits for."""
    return tuple(waits(step.requires)) if step.requires != AllOf() else ()
