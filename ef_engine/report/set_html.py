"""The page of a forecast set; choosing, ranking and pairing happen in the page, from all values it carries."""

from __future__ import annotations

from ef_engine.report.html import render_page
from ef_engine.report.set_page import SetPage, set_data, set_figures
from ef_engine.report.values import Sentences


def render_set(page: SetPage, chart_script: str) -> str:
    """The page as HTML; `chart_script` is the name of the file beside it."""
    blocks = page.report.blocks
    sentences = [sentence for block in blocks if isinstance(block, Sentences) for sentence in block.sentences]
    return render_page(
        "set.html",
        page.title,
        {"set": set_data(page), "chart": {"sides": []}},
        chart_script,
        "set.js",
        page=page,
        sentences=sentences,
        blocks=[block for block in blocks if not isinstance(block, Sentences)],
        key_figures=list(set_figures(page)),
    )
