"""The keys that the screen of flows names in its last line: those that do something to what is under the cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ef_tui.flow_actions import FLOW_ACTIONS
from ef_tui.subjects import SCHEDULE, Subject
from ef_tui.widgets.lines import Hint


def flow_hints(keys: Mapping[str, str], subjects: Sequence[Subject], is_read_only: bool) -> list[Hint]:
    """The hints, the most useful first; `keys` are those of the screen by the ids of their bindings."""
    actions = [action for action in FLOW_ACTIONS if not action.why_not(subjects, is_read_only)]
    names = ("filter", "fold", "zoom") if subjects and subjects[0].of != SCHEDULE else ("filter", "zoom")
    return [
        *([Hint(keys["flow_open"], "open", "screen.open")] if subjects else []),
        *(Hint(keys[each.id], each.title_for(subjects), f"screen.act('{each.id}')") for each in actions),
        *(Hint(keys[f"flow_{name}"], name, f"screen.{name}") for name in names),
        Hint(keys["help"], "help", "app.help"),
        Hint(keys["back"], "back", "screen.back"),
    ]
