"""`ef_cli schedule add`: a command and when it is due."""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Mapping

from ef_engine.cli.commands import COMMANDS
from ef_engine.cli.durations import seconds
from ef_engine.cli.invocation import Invocation
from ef_engine.cli.options import add_option
from ef_engine.errors import CommandError
from ef_engine.jobs.scheduled_run import EF_CLI
from ef_engine.store.schedules import POLICIES, Schedule


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="what it is called")
    add_option(parser, "cron", metavar="FIELDS", help='minute, hour, day, month, weekday, such as "0 6 1 * *"')
    add_option(parser, "interval", metavar="DURATION", type=seconds, help="every so often from now on, such as 1d")
    add_option(parser, "time_zone", metavar="ZONE", help="of --cron, such as Europe/Berlin (default: this machine's)")
    add_option(
        parser, "missed", choices=POLICIES, metavar="POLICY",
        help="what nobody was there for: run_once, the latest of it, late (default), or skip",
    )  # fmt: skip


def run(invocation: Invocation) -> int:
    """Adds the schedule and prints its name."""
    from ef_engine.service.due_times import local_zone, next_due
    from ef_engine.service.schedules import add, find, now
    from ef_engine.store.clock import to_text

    if not invocation.args.name:
        raise CommandError("`ef_cli schedule add` needs a name", "see `ef_cli schedule add --help`")
    zone = invocation.option("time_zone")
    if zone and "interval" in invocation.args:
        raise CommandError("an interval has no time zone", "leave --time_zone out")
    schedule = Schedule(
        name=invocation.args.name,
        command=command_of(invocation, invocation.args.rest),
        cron=invocation.option("cron"),
        interval=invocation.option("interval"),
        zone=zone or (local_zone() if "cron" in invocation.args else "UTC"),
        missed=invocation.option("missed", "run_once"),
        owner=invocation.workspace.owner,
        directory=os.getcwd(),
    )
    moment = now()
    if not add(invocation.places, schedule, moment, force=invocation.option("force", False)):
        invocation.say(f"Schedule {schedule.name} is there already, nothing changes.")
    if note := _unknown_program(schedule.command[0]):
        invocation.say(note)
    due = next_due(find(invocation.places, schedule.name), moment)
    invocation.say(f"It is next due at {to_text(due) if due else 'no time'}, if `ef_cli schedule serve` runs then.")
    invocation.put(f"{schedule.name}\n")
    return 0


def _unknown_program(program: str) -> str:
    """That nothing of this name can be run from here, which may be different where it is run; else empty."""
    if program == EF_CLI or shutil.which(program):
        return ""
    return f"{program!r} is no command of ef_cli, and no program of that name is found here."


def command_of(invocation: Invocation, words: list[str]) -> tuple[str, ...]:
    """The words of a command, `ef_cli` first where they are one of its commands; another is a program.

    Ours is run by the profile that was given, so that nobody gains a right by waiting.
    """
    known = {name for command in COMMANDS for name in (command.name, *command.aliases)}
    is_ours = bool(words) and (words[0] in known or words[0].startswith("--"))
    return (EF_CLI, *_profile_options(invocation.workspace.environment), *words) if is_ours else tuple(words)


def _profile_options(environment: Mapping[str, str]) -> tuple[str, ...]:
    if "EF_PROFILE" not in environment:
        return ()
    return "--config", environment["EF_CONFIG"], "--profile", environment["EF_PROFILE"]
