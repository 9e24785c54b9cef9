"""`result.json` without its decisions: all that a comparison of many forecasts needs, at a fraction of the cost.

The decisions are most of the file. No JSON text holds a raw line feed inside a string, so where the file is laid out as
`result_text` writes it, their lines can be cut out unread; any other layout is read whole.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

_FIRST, _NEXT = '\n  "decisions": [', '\n  "milestones": {'


def load_outline(text: str) -> dict[str, Any]:
    """The result document, its `decisions` empty, amounts as `Decimal`; ValueError when it is none."""
    start, end = text.find(_FIRST), text.rfind(_NEXT)
    document = json.loads(text[:start] + text[end:] if 0 < start < end else text, parse_float=Decimal)
    if not isinstance(document, dict) or not {"milestones", "summary"} <= document.keys():
        raise ValueError("not a result: it has no milestones or no summary")
    return document | {"decisions": []}
