"""`ef_cli stage-select`: stages from one SELECT a dataset; not in this version."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.stage import add_change_options
from ef_engine.cli.invocation import Invocation, not_available
from ef_engine.cli.options import add_option

DATASETS = (
    "account_set", "budget_item_set", "memo_rule_set", "account_milestone_set", "memo_milestone_set",
    "composite_milestone_set",
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    for dataset in DATASETS:
        add_option(parser, dataset, metavar="SQL", help="one read-only SELECT")
    add_change_options(parser)


def run(invocation: Invocation) -> int:
    """Says what to use instead."""
    raise not_available("`ef_cli stage-select`", "stage a JSON file; `ef_cli template json` shows one")
