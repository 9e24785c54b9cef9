"""Pages from report values: Jinja2 with everything escaped, data as JSON, scripts allowed by their digest alone.

A page needs the script of the charts beside it and nothing else; its policy forbids it to fetch anything.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from ef_engine.report.cells import cell_text, is_number
from ef_engine.report.columns_json import script_json
from ef_engine.report.values import Grid
from ef_engine.version import VERSION

_TEMPLATES = ("base.html", "parts.html", "forecast.html", "comparison.html", "set.html")
_SCRIPTS = ("columns.js", "table.js", "charts.js")
_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'unsafe-inline'; img-src data: blob:"


def render_page(
    template: str, title: str, data: Mapping[str, Any], chart_script: str, own_script: str = "", **values: Any
) -> str:
    """A page. `data` is what its scripts work on, `chart_script` the name of the file beside it."""
    script = _script(own_script)
    policy = f"{_CLOSED}; script-src 'self' file: 'sha256-{_digest(script)}'"
    return (
        _environment()
        .get_template(template)
        .render(
            title=cell_text(title),
            # Written by us and part of the package, never by a user.
            style=Markup(_asset("page.css")),
            script=Markup(script),
            # Escaped for where it stands by `script_json`.
            data=Markup(script_json(data)),
            policy=policy,
            chart_script=chart_script,
            version=VERSION,
            **values,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=DictLoader({name: _asset(name) for name in _TEMPLATES}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["clean"] = cell_text
    environment.filters["dated"] = _dated
    environment.filters["numeric"] = _numeric
    environment.tests["grid"] = lambda block: isinstance(block, Grid)
    environment.tests["date"] = lambda cell: isinstance(cell, date)
    return environment


def _dated(text: object) -> Markup:
    """The text, escaped, with dates that do not break at their hyphens."""
    return Markup(_DATE.sub(r'<span class="whole">\g<0></span>', str(escape(cell_text(text)))))


@cache
def _asset(name: str) -> str:
    return files("ef_engine.report.pages").joinpath(name).read_text(encoding="utf-8")


@cache
def _script(own: str) -> str:
    names = (*_SCRIPTS, *([own] if own else ()), "page.js")
    return "\n".join(map(_asset, names))


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _numeric(grid: Grid) -> list[bool]:
    """Which columns hold numbers alone and are right-aligned."""
    return [_is_numeric([row[k] for row in grid.rows]) for k in range(len(grid.columns))]


def _is_numeric(cells: list[Any]) -> bool:
    present = [cell for cell in cells if cell is not None]
    return bool(present) and all(map(is_number, present))
