"""`ef_cli stage-select`: stages what one SELECT a dataset yields; prints the id."""

from __future__ import annotations

import argparse
from functools import partial

from ef_engine.cli.commands.stage import add_change_options, add_table_options, changes_of, table_options, tell_staged
from ef_engine.cli.commands.words import add_words, kind_and_names
from ef_engine.cli.invocation import Invocation
from ef_engine.cli.options import add_option
from ef_engine.errors import CommandError

DATASETS = (
    "account_set", "budget_item_set", "memo_rule_set", "account_milestone_set", "memo_milestone_set",
    "composite_milestone_set", "optional_budget_item_set", "choice_set",
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    add_words(parser, "")
    for dataset in DATASETS:
        add_option(parser, dataset, metavar="SQL", help="one read-only SELECT")
    add_change_options(parser)
    add_table_options(parser)


def run(invocation: Invocation) -> int:
    """Stages what the SELECTs yield."""
    from ef_engine.service.errand import ingested
    from ef_engine.service.stage_database import stage_selects

    _, names = kind_and_names(invocation)
    if names:
        raise CommandError(f"{names[0]!r} is one word too many", "see `ef_cli stage-select --help`")
    queries = {dataset: invocation.option(dataset, "") for dataset in DATASETS}
    if not any(query.strip() for query in queries.values()):
        raise CommandError("`ef_cli stage-select` needs a SELECT", 'write at least --account_set "SELECT ..."')
    workspace, database, changes = invocation.workspace, invocation.database, changes_of(invocation)
    make = partial(stage_selects, workspace, database, changes, queries, table_options(invocation))
    return tell_staged(invocation, ingested(workspace, f"stage-select {database}", make))
