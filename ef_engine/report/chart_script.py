"""The script that draws charts in pages: Plotly's, as it comes with its Python package, copied beside the pages.

The package is never imported, only looked into: its Python side takes half a second to load and is not needed.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path


@cache
def script_path() -> Path:
    """Where the installed script lies."""
    spec = find_spec("plotly")
    assert spec is not None, "plotly is a dependency"
    assert spec.origin is not None, "plotly is a regular package"
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"


def script_name() -> str:
    """What the copy beside a page is called; another version is another file, so old pages keep working."""
    return f"plotly-{version('plotly')}.min.js"
