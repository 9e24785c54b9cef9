"""Gives something known another label, wherever the label stands. No part of the content, so the id stays."""

from __future__ import annotations

import json
from dataclasses import replace

from ef_engine.service.inputs import document_of, read_stored
from ef_engine.store import forecasts, stage_index
from ef_engine.store.claims import claimed
from ef_engine.store.places import Places
from ef_engine.store.records import Record

_LABEL = b'  "label": '


def relabel(places: Places, record: Record, label: str) -> None:
    """Writes the label; raises `HeldError` while the forecast runs."""
    with claimed(places, record.id):
        document = _relabelled_document(places, record.id, label)
        if not forecasts.record_path(places, record.id).exists():
            forecasts.stage(places, [replace(record, label=label)], {record.id: document})
            return
        forecasts.write_document(places, record.id, document)
        _relabel_result(places, record.id, label)
        forecasts.write_record(places, replace(record, label=label))
        stage_index.remove(places, [record.id])


def _relabelled_document(places: Places, record_id: str, label: str) -> bytes:
    from ef_engine.sources.json_text import dumps

    content = replace(read_stored(places, record_id).value, label=label)
    return dumps(document_of(content, record_id)).encode()


def _relabel_result(places: Places, record_id: str, label: str) -> None:
    """Exchanges the one line of `result.json` that holds the label; all else stays byte for byte."""
    data = forecasts.read_result(places, record_id)
    if data is None:
        return
    start = data.index(_LABEL)
    end = data.index(b",\n", start)
    line = _LABEL + json.dumps(label, ensure_ascii=False).encode()
    forecasts.write_result(places, record_id, data[:start] + line + data[end:])
