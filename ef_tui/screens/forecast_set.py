"""A forecast set: its scenarios where choices meet, ranked by a metric, and how their milestones move."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from ef_engine.report.scenarios import DEFAULT_METRIC, Matrix, Scenario, Scenarios
from ef_engine.report.scenarios_report import cell_of, milestone_grid, ranking_grid
from ef_engine.service.scenarios import Record, read_set
from ef_tui import grids
from ef_tui.grids import GridRow, cells_of, grid_columns, grid_rows, key_of
from ef_tui.opening import open_comparison, open_record
from ef_tui.screens.paged import PagedScreen, trace
from ef_tui.snapshot import Snapshot
from ef_tui.subjects import EVALUATED, Subject
from ef_tui.widgets.columns import Cell, Column
from ef_tui.widgets.lines import Hint, Part
from ef_tui.widgets.virtual_table import VirtualTable
from ef_tui.widgets.wide_table import CellTable, WideTable

MATRIX, RANKING, MILESTONES = range(3)
MOST_COMPARED = 4


class SetScreen(PagedScreen):
    """The set of a full id."""

    SCOPE = "set"
    PAGES = (("matrix", "Choices"), ("ranking", "Ranking"), ("milestones", "Milestones"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open the scenario", id="set_open"),
        Binding("space", "select", "select a scenario", id="set_select"),
        Binding("c", "compare", "compare the selected", id="set_compare"),
        Binding("m", "metric", "to the list of metrics and back", id="set_metric"),
    ]

    def __init__(self, record_id: str) -> None:
        super().__init__()
        self.record_id = record_id
        self._label = ""
        self._members: frozenset[str] = frozenset()
        self.found: Scenarios | None = None
        self.metric = DEFAULT_METRIC
        self._chosen: list[str] = []
        self._seen: object = None

    # Pages

    def make_pages(self) -> Sequence[Widget]:
        """Empty until the set was read."""
        glyphs = self.dashboard.session.glyphs
        self._pointer = glyphs.more[1]
        self.metrics = VirtualTable[str](
            (Column("Metric", 10, grow=1),), str, lambda name: (Cell(name),), glyphs=glyphs, id="metrics"
        )
        make = partial(WideTable[GridRow], (), key_of, cells_of, glyphs=glyphs)
        self.matrix = CellTable[GridRow](
            (), key_of, self._matrix_cells, empty_text="the set has no choices", glyphs=glyphs
        )
        self.ranking = make(fixed=2, empty_text="one scenario only")
        self.moves = make(empty_text="no milestone moves")
        return Horizontal(self.metrics, self.matrix), self.ranking, self.moves

    def on_mount(self) -> None:
        """Reads the set."""
        super().on_mount()
        self.say_title(Part(f" {self.record_id}", "bold $primary"))
        self._read()

    def _read(self) -> None:
        places = self.dashboard.workspace.places
        self.dashboard.in_background(
            lambda: read_set(places, self.record_id), self._show_set, failed=self.say_error, group="set"
        )

    def show(self, snapshot: Snapshot) -> None:
        """Reads it again when it, or one of its scenarios, got on."""
        if self._trace(snapshot) != self._seen:
            self._seen = self._trace(snapshot)
            self._read()

    def _trace(self, snapshot: Snapshot) -> object:
        ended = sum(row.id in self._members for row in snapshot.evaluated)
        return trace(snapshot, self.record_id), ended

    # What it shows

    def _show_set(self, read: tuple[Record, Scenarios]) -> None:
        if not self.is_mounted:
            return
        self.has_read()
        record, self.found = read
        self._label, self._members = record.label, frozenset(each.id for each in self.found.scenarios)
        self._seen = self._trace(self.dashboard.snapshot)
        title = f"  {record.label}" if record.label else ""
        done = f"  {self.found.done} of {len(self.found.scenarios)} scenarios have a result"
        self.say_title(Part(f" {self.record_id}", "bold $primary"), Part(title, "bold"), Part(done, "$muted"))
        first = [name for name in (DEFAULT_METRIC, *self.found.milestones) if name in self.found.metrics]
        self.metrics.show(list(dict.fromkeys((*first, *self.found.metrics))))
        self._show_metric()
        grid = milestone_grid(self.found, most=None)
        if grid is not None:
            self.moves.set_columns(grid_columns(grid))
            self.moves.show(grid_rows(grid))

    @on(VirtualTable.Highlighted, "#metrics")
    def _metric_chosen(self) -> None:
        self.metric = self.metrics.cursor or DEFAULT_METRIC
        self._show_metric()

    def _show_metric(self) -> None:
        if self.found is None:
            return
        self._show_matrix(self.found.matrix())
        grid = ranking_grid(self.found, self.metric, most=None)
        if grid is not None:
            self.ranking.set_columns(grid_columns(grid))
            self.ranking.show(grid_rows(grid, [each.scenario.id for each in self.found.ranking(self.metric)]))
        self._say_scenario()

    def _show_matrix(self, matrix: Matrix | None) -> None:
        if matrix is None or self.found is None:
            return
        *before, last = self.found.choices
        rows = [
            GridRow(
                " | ".join(options) or last.name, (Cell(" | ".join(options)), *(self._cell(each) for each in cells))
            )
            for options, cells in zip(matrix.rows, matrix.cells, strict=True)
        ]
        first = max((len(row.cells[0].text) for row in rows), default=0)
        title = " | ".join(choice.name for choice in before)
        widths = [
            max(len(name), *(len(row.cells[place].text) for row in rows)) + 2
            for place, name in enumerate(matrix.columns, 1)
        ]
        columns = [Column(name, width, is_right=True) for name, width in zip(matrix.columns, widths, strict=True)]
        self.matrix.set_columns([Column(title, max(len(title), first, 3)), *columns])
        self.matrix.show(rows)

    def _cell(self, scenario: Scenario) -> Cell:
        return grids.cell_of(cell_of(scenario, self.metric))

    def _matrix_cells(self, row: GridRow) -> Sequence[Cell]:
        """The cells of a row; the chosen one is what enter opens."""
        if row.key != self.matrix.cursor_key:
            return row.cells
        place = 1 + self.matrix.chosen
        chosen = Cell(f"{self._pointer}{row.cells[place].text}", row.cells[place].tone)
        return (*row.cells[:place], chosen, *row.cells[place + 1 :])

    def current(self) -> Scenario | None:
        """The scenario under the cursor."""
        if self.found is None:
            return None
        if self._place == MATRIX:
            matrix = self.found.matrix()
            return matrix.cells[self.matrix.cursor_place][self.matrix.chosen] if matrix and self.matrix.rows else None
        table = self.ranking if self._place == RANKING else self.moves
        row = table.cursor
        if row is None:
            return None
        return next(
            (each for each in self.found.scenarios if row.key == each.id or row.cells[0].text == each.name), None
        )

    def _say_scenario(self) -> None:
        scenario = self.current()
        chosen = f"   {len(self._chosen)} selected" if self._chosen else ""
        self.say(f"{self.metric}: {scenario.name}  {scenario.id}  {scenario.state}{chosen}" if scenario else "")

    @on(VirtualTable.Highlighted)
    def _moved(self) -> None:
        self._say_scenario()

    # Keys

    def focus_page(self) -> None:
        """On the choices the keys go to them, and to the list of metrics when that is asked for."""
        if self._place == MATRIX:
            self.matrix.focus()
        else:
            super().focus_page()

    def hints(self) -> Sequence[Hint]:
        """The keys of the page that is shown."""
        return (
            Hint(self.key_of("set_open"), "open", "screen.open"),
            Hint(self.key_of("set_select"), "select", "screen.select"),
            Hint(self.key_of("set_compare"), "compare", "screen.compare"),
            Hint(self.key_of("set_metric"), "metric", "screen.metric"),
            *((Hint("←→", "option", "app.bell"),) if self._place == MATRIX else ()),
        )  # fmt: skip

    def texts(self, table: VirtualTable[Any], row: Any) -> Sequence[str]:
        """What of a row is searched."""
        return [row] if isinstance(row, str) else super().texts(table, row)

    def action_metric(self) -> None:
        """Goes to the list of metrics, and back."""
        is_there = self.metrics.has_focus
        self.action_pane(MATRIX)
        if not is_there:
            self.metrics.focus()

    @on(VirtualTable.Marked)
    def _marked(self) -> None:
        self.action_select()

    @on(VirtualTable.Opened)
    def _opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Opens the scenario under the cursor; on a metric, goes back to the choices."""
        if self.metrics.has_focus:
            self.matrix.focus()
        elif (scenario := self.current()) is not None:
            open_record(self.dashboard, scenario.id)

    def action_select(self) -> None:
        """Selects the scenario under the cursor, or no longer."""
        scenario = self.current()
        if scenario is None:
            return
        if scenario.id in self._chosen:
            self._chosen.remove(scenario.id)
        elif len(self._chosen) < MOST_COMPARED:
            self._chosen.append(scenario.id)
        else:
            self.dashboard.warn(f"No more than {MOST_COMPARED} can be compared.")
        self.ranking.select(self._chosen)
        self._say_scenario()

    def action_compare(self) -> None:
        """Compares what is selected; with one, it and the first scenario."""
        ids = list(self._chosen)
        scenario = self.current()
        if len(ids) < 2 and scenario is not None and scenario.id not in ids:
            ids.append(scenario.id)
        if len(ids) < 2:
            self.dashboard.warn("Select two to four scenarios with space, then compare them.")
        else:
            open_comparison(self.dashboard, ids)

    @property
    def copied(self) -> str:
        """The id."""
        return self.record_id

    def subject(self) -> Subject | None:
        """The set."""
        return Subject(self.record_id, "evaluated", EVALUATED, is_set=True, label=self._label)
