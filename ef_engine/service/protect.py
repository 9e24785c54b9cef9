"""`lock` and `unlock`: keeps a record from being restaged, deleted or killed until whoever locked it says otherwise.

A locked set protects its forecasts, and a locked forecast the sets it is in: none of them could go without it. So it is
with a run of a flow and its steps.
"""

from __future__ import annotations

from ef_engine.errors import CommandError, HeldError
from ef_engine.jobs.outcomes import member_ids
from ef_engine.store import forecasts, journal, protections
from ef_engine.store.events import Kind
from ef_engine.store.places import Places, is_flow_id, is_set_id
from ef_engine.store.protections import Protection
from ef_engine.store.records import Record


def lock(places: Places, record_id: str, owner: str) -> Protection:
    """Locks what is known under the full id; HeldError if somebody else has, CommandError if the same owner has."""
    forecasts.known(places, record_id)
    made = protections.add(places, record_id, owner)
    if made is None:
        found = protections.protection_of(places, record_id)
        if found and found.owner == owner:
            raise CommandError(f"{record_id} is locked already, since {found.at}", f"`ef_cli unlock {record_id}`")
        raise _refusal(record_id, found or Protection(record_id, "", ""))
    journal.note(places, Kind.LOCKED, record_id, owner=owner)
    return made


def unlock(places: Places, record_id: str, owner: str, *, force: bool = False) -> None:
    """Ends a lock; HeldError where somebody else made it, unless `force`, and CommandError where there is none."""
    found = protections.protection_of(places, record_id)
    if found is None:
        raise CommandError(f"{record_id} is not locked", "there is nothing to do")
    if found.owner != owner and not force:
        raise HeldError(f"{record_id} is locked by {_who(found)}", "ask them, or add --force")
    protections.remove(places, record_id)
    journal.note(places, Kind.UNLOCKED, record_id, owner=owner)


def check_unlocked(places: Places, record_id: str) -> None:
    """Raises HeldError, which names who it was, where the record, its set or one of its forecasts is locked."""
    locked = protections.protected_ids(places)
    if not locked:
        return
    related = _related(places, record_id, locked)
    for each in locked:
        if each in related and (found := protections.protection_of(places, each)):
            raise _refusal(record_id, found)


def _related(places: Places, record_id: str, locked: list[str]) -> set[str]:
    if is_flow_id(record_id):
        whole = record_id.partition(".")[0]
        steps = [each for each in locked if each.startswith(f"{whole}.")] if record_id == whole else []
        return {record_id, whole, *steps}
    record = forecasts.read_record(places, record_id)
    members = member_ids(record) if isinstance(record, Record) else []
    sets = forecasts.read_some(places, filter(is_set_id, locked)).values()
    above = [each.id for each in sets if isinstance(each, Record) and record_id in member_ids(each)]
    return {record_id, *members, *above}


def _refusal(record_id: str, found: Protection) -> HeldError:
    which = "" if found.id == record_id else f" with {found.id}"
    remedy = f"`ef_cli unlock {found.id}` ends that"
    return HeldError(f"{record_id} is locked{which} by {_who(found)}", remedy)


def _who(found: Protection) -> str:
    return f"{found.owner or 'somebody'} since {found.at}".removesuffix(" since ")
