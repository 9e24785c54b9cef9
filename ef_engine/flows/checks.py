"""What must hold among the steps of a flow: names, what they wait for, that nothing waits for itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ef_engine.flows.arguments import VALUE, references
from ef_engine.flows.model import AllOf, Flow, On, Step, waits
from ef_engine.flows.outline import ROOT, outline_of
from ef_engine.model.findings import Finding, Path
from ef_engine.model.wording import did_you_mean, quoted


@dataclass(frozen=True, slots=True)
class _Place:
    """A step, where it stands, and the containers around it."""

    step: Step
    path: Path
    around: tuple[str, ...]


def check_flow(flow: Flow) -> Iterator[Finding]:
    """Everything that is wrong with a flow whose values could all be read."""
    places = list(_places(flow.steps, ("steps",), (ROOT,)))
    known = {place.step.name: place for place in places}
    found = [finding for place in places for finding in _check_step(flow, place, known)]
    found += _repeated_names(places)
    yield from found
    if not found and (circle := _circle(flow)):
        yield _circular(circle, known)


def _places(steps: Iterable[Step], path: Path, around: tuple[str, ...]) -> Iterator[_Place]:
    for position, step in enumerate(steps):
        here = (*path, position)
        yield _Place(step, here, around)
        yield from _places(step.steps, (*here, "steps"), (*around, step.name))


def _repeated_names(places: list[_Place]) -> Iterator[Finding]:
    seen: set[str] = set()
    for place in places:
        if place.step.name in seen:
            problem = f"{quoted(place.step.name)} is the name of another step too"
            yield Finding((*place.path, "name"), problem, "name each step differently, in containers too")
        seen.add(place.step.name)


def _check_step(flow: Flow, place: _Place, known: Mapping[str, _Place]) -> Iterator[Finding]:
    step, path = place.step, place.path
    if step.name == VALUE:
        yield Finding((*path, "name"), "cannot be value", "that stands for the value of a loop's pass; rename it")
    if step.repeats == ():
        yield Finding((*path, "repeats"), "is empty", "give a value for each pass, at least one")
    if step.max_concurrent > 1 and step.repeats is None:
        yield Finding((*path, "max_concurrent"), "counts passes, and there is one alone", "add `repeats`")
    for role in ("setup", "teardown"):
        if getattr(step, role) and not step.is_container:
            yield Finding((*path, role), "belongs to a container", "put the step into one, or make it a step")
    for name, count in step.acquires.items():
        if count > (limit := flow.limits.get(name, 1)):
            problem = f"takes {count} of {quoted(name)}, of which there is {limit}"
            yield Finding((*path, "acquires", name), problem, "raise it in the `limits` of the flow")
    for on in waits(step.requires):
        yield from _check_reference(on.step, place, known, (*path, "requires"), "wait for")
    for key in ("run", "repeats", "setup", "teardown"):
        work = getattr(step, key)
        for name in () if isinstance(work, tuple) else references(work):
            yield from _check_argument(name, place, known, (*path, key))


def _check_reference(name: str, place: _Place, known: Mapping[str, _Place], path: Path, verb: str) -> Iterator[Finding]:
    """A step may refer to what lies beside it or beside what it lies in: anything else happens a different number of
    times, so that it would not be clear which time is meant.
    """
    step = place.step.name
    if name not in known:
        yield Finding(path, f"there is no step {quoted(name)}{did_you_mean(name, list(known))}", "name a step")
    elif name == step or name in place.around:
        yield Finding(
            path, f"{quoted(step)} cannot {verb} {'itself' if name == step else 'what it lies in'}", "remove it"
        )
    elif known[name].around != place.around[: len(known[name].around)]:
        inside = known[name].around[len(_common(known[name].around, place.around))]
        problem = f"{quoted(step)} cannot {verb} {quoted(name)}, which lies inside {quoted(inside)}"
        yield Finding(path, problem, f"name {quoted(inside)} instead")


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    count = 0
    while count < min(len(one), len(other)) and one[count] == other[count]:
        count += 1
    return one[:count]


def _check_argument(name: str, place: _Place, known: Mapping[str, _Place], path: Path) -> Iterator[Finding]:
    """A name in braces: the value of a loop around it, or the result of a step."""
    loops = [each for each in (*place.around[1:], place.step.name) if known[each].step.repeats is not None]
    if name in loops or (name == VALUE and loops):
        return
    if name == VALUE:
        yield Finding(path, "{value} stands in no loop", "add `repeats`, here or around it")
        return
    before = list(_check_reference(name, place, known, path, "be given the result of"))
    yield from before
    if not before and (known[name].step.is_container or known[name].step.repeats is not None):
        yield Finding(path, f"{quoted(name)} has more than one result", "name a step that runs once")


def with_references(flow: Flow) -> Flow:
    """The flow in which whatever stands in a step's braces is also waited for."""
    names = {node.step.name: node for node in outline_of(flow).nodes.values()}

    def complete(step: Step) -> Step:
        around = (*names[step.name].around, step.name)
        works = [work for work in (step.run, step.repeats, step.setup, step.teardown) if not isinstance(work, tuple)]
        wanted = dict.fromkeys(name for work in works for name in references(work) if name not in (*around, VALUE))
        missing = [On(name) for name in wanted if On(name) not in waits(step.requires)]
        steps = tuple(map(complete, step.steps))
        return replace(step, steps=steps, requires=AllOf((step.requires, *missing)) if missing else step.requires)

    return replace(flow, steps=tuple(map(complete, flow.steps)))


def _circle(flow: Flow) -> list[str]:
    """Steps each of which waits for the next, and the last for the first; empty if there are none.

    A container begins before its steps and ends after them, so both ends of it are nodes of the graph.
    """
    outline = outline_of(with_references(flow))
    edges: dict[tuple[str, bool], list[tuple[str, bool]]] = {}
    for name, node in outline.nodes.items():
        required = [(on.step, True) for on in waits(node.step.requires)]
        edges[name, False] = [*required, *([(node.around[-1], False)] if node.around else [])]
        edges[name, True] = [(name, False), *((each.name, True) for each in node.step.steps)]
    return _names(_cycle(edges))


def _names(cycle: list[tuple[str, bool]]) -> list[str]:
    """The steps of a cycle in a row, the begin and the end of one told once."""
    names = [name for name, _ in cycle if name != ROOT]
    told = [name for position, name in enumerate(names) if position == 0 or names[position - 1] != name]
    return told[:-1] if len(told) > 1 and told[0] == told[-1] else told


def _cycle(edges: Mapping[tuple[str, bool], list[tuple[str, bool]]]) -> list[tuple[str, bool]]:
    """The nodes of a cycle in order, by a depth-first search that needs no recursion."""
    done: set[tuple[str, bool]] = set()
    for start in edges:
        path, stack = [start], [iter(edges[start])]
        while path and start not in done:
            following = next(stack[-1], None)
            if following is None:
                done.add(path.pop())
                stack.pop()
            elif following in path:
                return path[path.index(following) :]
            elif following not in done:
                path.append(following)
                stack.append(iter(edges[following]))
    return []


def _circular(circle: list[str], known: Mapping[str, _Place]) -> Finding:
    path = (*known[circle[0]].path, "requires")
    chain = " -> ".join([*circle, circle[0]])
    return Finding(path, f"each of these waits for the next, so none can begin: {chain}", "take one of them out")
