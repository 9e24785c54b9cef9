"""The page of a comparison: its sentences and tables, and any line of the forecasts over one another."""

from __future__ import annotations

from collections.abc import Iterator

from ef_engine.report.cells import cut
from ef_engine.report.columns_json import amount_column, text_column
from ef_engine.report.comparison import Comparison
from ef_engine.report.comparison_report import LETTERS, comparison_report
from ef_engine.report.figures import amount
from ef_engine.report.html import render_page
from ef_engine.report.values import Sentences

_LABEL_WIDTH = 32
_COUNTS = {2: "Two", 3: "Three", 4: "Four"}


def render_comparison(comparison: Comparison, chart_script: str) -> str:
    """The page as HTML; `chart_script` is the name of the file beside it."""
    who, *blocks = comparison_report(comparison).blocks
    assert isinstance(who, Sentences)
    names = line_names(comparison)
    words = [line_words(comparison, name) for name in names]
    return render_page(
        "comparison.html",
        f"{_COUNTS[len(comparison.ids)]} forecasts side by side",
        {"chart": {"sides": list(_sides(comparison))}, "lineNames": names, "lineWords": words},
        chart_script,
        "comparison.js",
        comparison=comparison,
        who=who.sentences,
        blocks=blocks,
        lines=names,
        line_words=words,
    )


def line_names(comparison: Comparison) -> list[str]:
    """Every line that any of the forecasts has, net worth first."""
    return list(dict.fromkeys(name for series in comparison.series for name in series.lines))


def line_words(comparison: Comparison, name: str) -> str:
    """Where the line ends in each forecast."""
    ends = [
        f"{letter} ends at {amount(series.lines[name][-1])} on {series.dates[-1]}"
        for letter, series in zip(LETTERS, comparison.series, strict=False)
        if name in series.lines
    ]
    return f"{name}: {'; '.join(ends)}."


def _sides(comparison: Comparison) -> Iterator[dict[str, object]]:
    for letter, label, series in zip(LETTERS, comparison.labels, comparison.series, strict=False):
        lines = [{"column": amount_column(name, values)} for name, values in series.lines.items()]
        name = f"{letter}: {cut(label, _LABEL_WIDTH)}" if label else letter
        yield {"letter": name, "dates": text_column("Date", series.dates), "lines": lines}
