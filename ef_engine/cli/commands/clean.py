"""`ef_cli clean`: deletes what was finished long ago; asks first. Prints the ids that are gone."""

from __future__ import annotations

import argparse

from ef_engine.cli.durations import days
from ef_engine.cli.invocation import Invocation
from ef_engine.cli.mistakes import suggestion
from ef_engine.cli.options import add_option
from ef_engine.errors import CommandError, HeldError
from ef_engine.report.durations import duration_text
from ef_engine.service.clean import Expired, expired, leftovers, tidy
from ef_engine.service.remove import remove
from ef_engine.store.states import Outcome

OLD_SECONDS = 30 * 86_400.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    add_option(parser, "older_than", metavar="DURATION", type=days, help="what was finished so long ago: 30d, 12h, 90m")
    add_option(parser, "state", metavar="STATE,...", help="only what ended so: failed,killed,crashed,evaluated,...")
    add_option(parser, "dry_run", action="store_true", help="only print what would go")


def run(invocation: Invocation) -> int:
    """Never deletes what runs, waits, is lost or only staged."""
    outcomes = _outcomes(invocation)
    age = invocation.option("older_than", OLD_SECONDS if outcomes is None else None)
    found = expired(invocation.places, age, outcomes)
    if not found.records:
        invocation.say("Nothing is to be deleted" + (f": nothing is older than {duration_text(age)}." if age else "."))
    if found.needed:
        invocation.say(f"{found.needed} more stay, because sets that stay need them.")
    if invocation.option("dry_run", False):
        invocation.put("".join(f"{record.id}\n" for record in found.records))
        return 0
    if found.records:
        invocation.confirm(f"Deleting {len(found.records)} with all results")
    _delete(invocation, found)
    _tidy(invocation)
    return 0


def _outcomes(invocation: Invocation) -> frozenset[Outcome] | None:
    """The ends that are asked for; None for all of them."""
    text = invocation.option("state")
    if text is None:
        return None
    words = [word.strip().replace("-", "_") for word in text.split(",")]
    for word in words:
        if word not in set(Outcome):
            known = [outcome.value for outcome in Outcome]
            remedy = suggestion(word, known, f"it is one of {', '.join(known)}")
            raise CommandError(f"nothing finished is {word!r}", remedy)
    return frozenset(map(Outcome, words))


def _delete(invocation: Invocation, found: Expired) -> None:
    for record in found.records:
        try:
            is_gone = remove(invocation.places, record.id, expected=record)
        except HeldError as error:
            invocation.say(str(error))
            continue
        if is_gone:
            invocation.log(f"clean {record.id}")
            invocation.put(f"{record.id}\n")


def _tidy(invocation: Invocation) -> None:
    paths = leftovers(invocation.places)
    tidy(paths)
    if paths:
        invocation.log(f"clean {len(paths)} leftovers")
        invocation.say(f"{len(paths)} leftover{'' if len(paths) == 1 else 's'} of processes that died tidied up.")
