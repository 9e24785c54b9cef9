"""Durations on the command line."""

from __future__ import annotations

import argparse

from ef_engine.service.durations import seconds_of


def seconds(text: str, unit: str = "s") -> float:
    """How many seconds `text` means, a bare number being so many of `unit`; raises as argparse wants it."""
    try:
        return seconds_of(text, unit)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def days(text: str) -> float:
    """As `seconds`, a bare number being days."""
    return seconds(text, "d")
