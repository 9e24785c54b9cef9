"""What lies in the stage and data directories: documents, records, results.

Content addressed: an id names one content for ever, so a document is only ever written again with another label.
The record in the data directory wins over the one in the index, which is cleaned up later.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ef_engine.errors import CommandError, NotFoundError
from ef_engine.store import documents, records, stage_index
from ef_engine.store.atomic import STALE_SECONDS, remove_stale_temporaries, write_bytes, write_together
from ef_engine.store.atomic import is_temporary as is_temporary
from ef_engine.store.places import Places, id_of, is_errand_id, is_set_id, make_directory
from ef_engine.store.records import SET_SCHEMA, STATE_SCHEMA, Record
from ef_engine.store.unseen import settled, unseen

RESULTS = ("daily.csv", "postings.csv", "decisions.csv", "result.json")
"""In the order they appear: who sees `result.json` sees all of them."""

GONE = ".gone"
"""How the name of a directory ends that nobody reads: what is being deleted, or not yet complete."""

_ID = "S?[0-9a-f]{12}"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record whose file is damaged or was written by a newer version; listed, never touched."""

    id: str
    kind: str
    problem: CommandError


def record_path(places: Places, record_id: str) -> Path:
    """The file that holds the record of something that was run; an errand has no directory, since it has no files."""
    if is_errand_id(record_id):
        return places.errands / f"{record_id}.json"
    return places.run(record_id) / ("set.json" if is_set_id(record_id) else "state.json")


def document_name(record_id: str) -> str:
    """The name of the input as run, in the data directory."""
    return "forecast_set.json" if is_set_id(record_id) else "forecast.json"


def has_begun(places: Places, record_id: str) -> bool:
    """Whether its run needs nothing of what is staged any more."""
    return record_path(places, record_id).exists() and (places.run(record_id) / document_name(record_id)).exists()


def read_record(places: Places, record_id: str) -> Record | Unreadable | None:
    """What is known of the id: from the data directory, else from the index; None if nothing is."""
    return read_run(places, record_id) or stage_index.read(places).get(record_id)


def read_run(places: Places, record_id: str) -> Record | Unreadable | None:
    """What the data directory knows of the id, whatever is staged; None for nothing that may be seen."""
    found = read_any_run(places, record_id)
    return found if found and record_id not in unseen(places).runs else None


def read_any_run(places: Places, record_id: str) -> Record | Unreadable | None:
    """As `read_run`, also of what nobody may see yet."""
    path = record_path(places, record_id)
    try:
        return records.from_json(documents.load(path, SET_SCHEMA if is_set_id(record_id) else STATE_SCHEMA))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except CommandError as error:
        problem = error
    except (KeyError, TypeError, ValueError) as error:
        problem = documents.damaged(path, repr(error))
    return Unreadable(record_id, "set" if is_set_id(record_id) else "forecast", problem)


def known(places: Places, record_id: str) -> Record:
    """The record of an id that must be known."""
    record = read_record(places, record_id)
    if isinstance(record, Unreadable):
        raise record.problem
    if record is None:
        raise NotFoundError(f"{record_id} is not staged", "stage its file")
    return record


def read_some(places: Places, ids: Iterable[str]) -> dict[str, Record | Unreadable]:
    """What is known of these ids, by id; the index is read once, if at all."""
    wanted = list(dict.fromkeys(ids))
    run = {record_id: found for record_id in wanted if (found := read_run(places, record_id))}
    staged = stage_index.read(places) if len(run) < len(wanted) else {}
    return run | {key: staged[key] for key in wanted if key not in run and key in staged}


def read_records(places: Places) -> list[Record | Unreadable]:
    """Every record of the workspace: what was ever run, then what is only staged."""
    return settled(places, lambda: _read_records(places))


def _read_records(places: Places) -> list[Record | Unreadable]:
    run = {record_id: found for record_id in run_ids(places) if (found := read_run(places, record_id))}
    staged = {key: value for key, value in stage_index.read(places).items() if key not in run}
    return [*run.values(), *staged.values()]


def run_ids(places: Places) -> Iterator[str]:
    """The ids that have a directory under data."""
    with suppress(FileNotFoundError), os.scandir(places.data) as entries:
        for entry in entries:
            if record_id := id_of(entry.name):
                yield record_id


def known_ids(places: Places) -> set[str]:
    """Every id that is staged or has a directory under data."""
    return settled(places, lambda: {*_seen_run_ids(places), *stage_index.read(places)})


def _seen_run_ids(places: Places) -> set[str]:
    found = set(run_ids(places))
    return found - unseen(places).runs


def write_record(places: Places, record: Record) -> None:
    """Writes the record of something that runs or ran; only the holder of its claim may."""
    make_directory(places.run(record.id))
    write_bytes(record_path(places, record.id), documents.dump(record.to_json()))


def stage(places: Places, staged: Iterable[Record], contents: Mapping[str, bytes]) -> None:
    """Stores documents by id, then their records: a reader that finds a record finds its document.

    If the records cannot be written, documents that are new are gone again.
    """
    make_directory(places.stage)
    remove_stale_temporaries(places.stage)
    new = [key for key in contents if not places.staged(key).exists()]
    try:
        write_together(places.stage, {places.staged(key).name: data for key, data in contents.items()})
        stage_index.add(places, staged)
    except BaseException:
        for key in set(new) - stage_index.read(places).keys():
            places.staged(key).unlink(missing_ok=True)
        raise


def unstage(places: Places, ids: Iterable[str]) -> None:
    """Removes what is staged under these ids: from the index first, so that no record is left without document."""
    gone = tuple(ids)
    stage_index.remove(places, gone)
    for record_id in gone:
        places.staged(record_id).unlink(missing_ok=True)


def unstage_begun(places: Places, ids: Iterable[str]) -> None:
    """Clears from the stage what has a state and a document of its own by now, and what a crash kept from going."""
    staged = stage_index.read(places)
    begun = [
        each for each in ids if (each in staged or places.staged(each).exists()) and has_begun(places, each)
    ]  # fmt: skip
    if begun:
        unstage(places, begun)


def read_document(places: Places, record_id: str) -> tuple[bytes, Path] | None:
    """The input document of an id, and where it lies: as run, else as staged; None if there is none."""
    for path in (places.run(record_id) / document_name(record_id), places.staged(record_id)):
        with suppress(FileNotFoundError, NotADirectoryError):
            return path.read_bytes(), path
    return None


def write_document(places: Places, record_id: str, data: bytes) -> None:
    """Puts the input into the data directory, where its run belongs."""
    directory = make_directory(places.run(record_id))
    remove_stale_temporaries(directory)
    write_bytes(directory / document_name(record_id), data)


def write_results(places: Places, record_id: str, contents: Mapping[str, bytes]) -> None:
    """Publishes the files of a result; all are on disk before the first appears, `result.json` appears last."""
    ordered = {name: contents[name] for name in RESULTS}
    write_together(places.run(record_id), ordered)


def write_result(places: Places, record_id: str, data: bytes) -> None:
    """Replaces `result.json` alone."""
    write_bytes(places.run(record_id) / "result.json", data)


def read_result(places: Places, record_id: str, name: str = "result.json") -> bytes | None:
    """One file of a result, or None if there is none."""
    with suppress(FileNotFoundError):
        return (places.run(record_id) / name).read_bytes()
    return None


def delete_run(places: Places, record_id: str) -> None:
    """Deletes a run's directory; renamed first, so that a reader sees all of it or nothing."""
    directory = places.run(record_id)
    if directory.exists():
        gone = directory.with_name(f".{directory.name}.{os.getpid()}{GONE}")
        directory.rename(gone)
        _delete_tree(gone)


def _delete_tree(directory: Path) -> None:
    import shutil

    shutil.rmtree(directory)


def half_deleted(places: Places) -> list[Path]:
    """Directories that somebody began to delete and died."""
    with suppress(FileNotFoundError), os.scandir(places.data) as entries:
        found = [Path(each.path) for each in entries if each.name.startswith(".") and each.name.endswith(GONE)]
        return [path for path in found if time.time() - path.stat().st_mtime > STALE_SECONDS]
    return []


def loaded_files(places: Places) -> list[Path]:
    """Files in the stage directory that are not ours: loaded data that may belong to no forecast."""
    found = _stage_files(places)
    return [path for path in found if path != places.index and not _is_document(path)]


def half_staged(places: Places) -> list[Path]:
    """Documents of ours without a record: who staged them died before it was written."""
    staged = stage_index.read(places)
    found = [path for path in _stage_files(places) if _is_document(path) and id_of(path.stem) not in staged]
    return [path for path in found if time.time() - path.stat().st_mtime > STALE_SECONDS]


def _is_document(path: Path) -> bool:
    return path.suffix == ".json" and re.fullmatch(_ID, id_of(path.stem) or "") is not None


def _stage_files(places: Places) -> list[Path]:
    """All but what is hidden, and the `~$` files that say which workbook Excel has open."""
    with suppress(FileNotFoundError), os.scandir(places.stage) as entries:
        return sorted(Path(each.path) for each in entries if not each.name.startswith((".", "~$")) and each.is_file())
    return []
