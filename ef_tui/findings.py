"""What is wrong with an input, as lines for a place of some width."""

from __future__ import annotations

import textwrap

from ef_engine.errors import EfError, InputError


def problem_lines(error: EfError, width: int) -> list[str]:
    """The findings, each with its place, and below it what to do, wrapped to `width`."""
    if not isinstance(error, InputError):
        return textwrap.wrap(str(error), width)
    lines = []
    for problem in error.problems:
        place = problem.place.rpartition(": ")[2]
        lines += textwrap.wrap(f"{place}: {problem.text}", width, subsequent_indent="    ")
        lines += [*textwrap.wrap(problem.remedy, width, initial_indent="    ", subsequent_indent="    "), ""]
    return lines
