"""A set as a report: which scenario ends best, a metric by choices, a ranking, and how milestones move."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ef_engine.report.cells import money
from ef_engine.report.comparison_report import NOT_REACHED, signed_days
from ef_engine.report.scenarios import DEFAULT_METRIC, SEPARATOR, Ranked, Scenario, Scenarios, final_balances
from ef_engine.report.values import Cell, Grid, Report, Sentences

WORST_ROWS = 8
"""So many of the rows that are shown of a long ranking are its last ones."""

MOST_ROWS = 32
"""So many rows of a table are shown to people; `--format csv` has all."""


def scenarios_report(title: str, dates: tuple[str, str], found: Scenarios, metric: str) -> Report:
    """The report of a set; `dates` are the first and last day of its forecasts."""
    sentences = (
        f"{found.done} of {len(found.scenarios)} scenarios have a result, from {dates[0]} to {dates[1]}.",
        *_infeasible(found),
        *_extremes(found, metric),
    )
    blocks = (
        Sentences("", sentences), matrix_grid(found, metric), effect_grid(found, metric), ranking_grid(found, metric),
        milestone_grid(found), final_grid(found), scenario_grid(found),
    )  # fmt: skip
    return Report(title, tuple(block for block in blocks if block is not None))


def _infeasible(found: Scenarios) -> Iterator[str]:
    if count := sum(each.state == "infeasible" for each in found.scenarios):
        yield f"{count:,} of them {'is' if count == 1 else 'are'} infeasible and not ranked."


def _extremes(found: Scenarios, metric: str) -> Iterator[str]:
    """Which scenarios are best and worst, where there is something to compare."""
    ranking = [each for each in found.ranking(metric) if each.rank is not None]
    if ranking and ranking[0].value != ranking[-1].value:
        best, worst = ranking[0], ranking[-1]
        yield (
            f"{metric} is best in {best.scenario.name}, {_value(best)}, and worst in {worst.scenario.name}, "
            f"{_value(worst)}."
        )


def _value(ranked: Ranked) -> str:
    return f"at {money(ranked.value)}" if isinstance(ranked.value, Decimal) else f"on {ranked.value}"


def cell_of(scenario: Scenario, metric: str) -> Cell:
    """A scenario's value; a milestone without a day is not reached; of what has no value to compare, its state."""
    if scenario.state == "evaluated" and metric in scenario.milestones:
        return scenario.value(metric) or NOT_REACHED
    value = scenario.value(metric)
    return scenario.state if value is None else value


def matrix_grid(found: Scenarios, metric: str) -> Grid | None:
    """The metric where choices meet."""
    matrix = found.matrix(is_balanced=True)
    if matrix is None or len(found.scenarios) == 1:
        return None
    heading = f"{metric} by choices ({SEPARATOR.join(matrix.across)} from left to right)"
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (SEPARATOR.join(row), *(cell_of(each, metric) for each in cells))
        for row, cells in zip(matrix.rows, matrix.cells, strict=True)
    )
    return _shortened(Grid(heading, (SEPARATOR.join(matrix.down), *matrix.columns), rows, is_split=True))


def effect_grid(found: Scenarios, metric: str) -> Grid | None:
    """What every option makes of the metric: of the scenarios that take it the best, the middle and the worst."""
    effects = found.effects(metric)
    if len(found.choices) < 2 or not any(each.valued for each in effects):
        return None
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (f"{each.choice}: {each.option}", each.valued, each.best, each.middle, each.worst) for each in effects
    )
    return Grid(f"{metric} by option", ("Option", "Scenarios", "Best", "Middle", "Worst"), rows, is_split=True)


def ranking_grid(found: Scenarios, metric: str, most: int | None = MOST_ROWS) -> Grid | None:
    """The scenarios, best first, at most so many, and how far each is behind the best."""
    if len(found.scenarios) == 1:
        return None
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (each.rank, each.scenario.name, cell_of(each.scenario, metric), each.behind) for each in found.ranking(metric)
    )
    behind = "Days behind" if any(isinstance(row[3], int) for row in rows) else "Behind"
    return _ends_of(Grid(f"Ranking by {metric}", ("Rank", "Scenario", metric, behind), rows), most)


def milestone_grid(found: Scenarios, most: int | None = MOST_ROWS) -> Grid | None:
    """By how many days each milestone moved against the first scenario, of at most so many scenarios."""
    moves = [move for move in found.milestone_moves() if move.is_moved]
    if not moves or not found.scenarios[0].has_result:
        return None
    heading = f"Milestones, in days after those of {found.scenarios[0].name}"
    rows: list[tuple[Cell, ...]] = []
    for position, scenario in enumerate(found.scenarios):
        if scenario.has_result:
            days = (
                signed_days(move.days[position])
                or (str(move.reached[position]) if move.reached[position] else NOT_REACHED)
                for move in moves
            )
            rows.append((scenario.name, *days))
    return _shortened(Grid(heading, ("Scenario", *(move.name for move in moves)), tuple(rows), is_split=True), most)


def final_grid(found: Scenarios) -> Grid | None:
    """The balance of every account on the last day, the whole debt of a card or loan, and net worth."""
    balances = [(each, final_balances(each)) for each in found.scenarios]
    accounts = dict.fromkeys(name for _, each in balances for name in each)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (each.name, *(amounts.get(name) for name in accounts), each.values.get(DEFAULT_METRIC))
        for each, amounts in balances
        if each.has_result
    )
    columns = ("Scenario", *accounts, DEFAULT_METRIC)
    return _shortened(Grid("Balances on the last day", columns, rows, is_split=True)) if accounts else None


def scenario_grid(found: Scenarios) -> Grid:
    """Every scenario with its id, state, net worth and milestones, in the order of the set."""
    columns = ("Scenario", "ID", "State", DEFAULT_METRIC, *found.milestones)
    rows = tuple(
        (
            each.name, each.id, each.state, each.values.get(DEFAULT_METRIC),
            *(each.values.get(name) or (NOT_REACHED if each.has_result else None) for name in found.milestones),
        )
        for each in found.scenarios
    )  # fmt: skip
    return _shortened(Grid("Scenarios", columns, rows, is_split=True))


def _ends_of(grid: Grid, most: int | None) -> Grid:
    """The best and the worst of a ranking that is too long; what has no rank is not the worst."""
    if most is None or len(grid.rows) <= most:
        return grid
    ranked = [row for row in grid.rows if row[0] is not None] or list(grid.rows)
    best = ranked[: most - WORST_ROWS]
    worst = ranked[len(best) :][-WORST_ROWS:]
    heading = f"{grid.heading}: the best {len(best)} and the worst {len(worst)} of {len(grid.rows):,} rows"
    return Grid(heading, grid.columns, (*best, *worst))


def _shortened(grid: Grid, most: int | None = MOST_ROWS) -> Grid:
    """At most so many rows; the heading says how many there are."""
    if most is None or len(grid.rows) <= most:
        return grid
    heading = f"{grid.heading}: the first {most} of {len(grid.rows):,} rows"
    return Grid(heading, grid.columns, grid.rows[:most], is_split=grid.is_split)
