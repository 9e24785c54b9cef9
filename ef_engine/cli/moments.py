"""Moments as people type them: `2026-01-31`, `2026-01-31T08:15`, `2026-01-31T08:15+01:00`, or `2h` for two hours ago.

A day or a time without a zone is in UTC, as everything a list shows.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta

from ef_engine.cli.durations import seconds
from ef_engine.store.clock import to_text


def moment(text: str) -> str:
    """The moment as the state files hold it; raises as argparse wants it."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return _ago(text)
    try:
        return to_text(found if found.tzinfo else found.replace(tzinfo=UTC))
    except OverflowError as error:
        raise _refused(text) from error


def _ago(text: str) -> str:
    try:
        return to_text(datetime.now(UTC) - timedelta(seconds=seconds(text)))
    except (argparse.ArgumentTypeError, OverflowError) as error:
        raise _refused(text) from error


def _refused(text: str) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(f"{text!r} is no moment such as 2026-01-31, 2026-01-31T08:15 or 2h (ago)")
