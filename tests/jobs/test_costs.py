"""What a forecast on a cluster costs is measured on a real run; without Dask there is nothing to measure."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from benchmarks import cluster as benchmark
from benchmarks.bookkeeping import bookkeeping
from benchmarks.looks import looks_at_run, used
from tests.jobs.clusters import running_cluster
from tests.jobs.conftest import Shop
from tests.jobs.test_cluster import members, outcomes

CHOICES = 5


@pytest.mark.slow
def test_a_run_is_looked_at_until_its_last_forecast(shop: Shop, tmp_path: Path) -> None:
    set_id = shop.stage_set(CHOICES)
    ids = members(shop, set_id)
    (directory := tmp_path / "cluster").mkdir()
    with running_cluster(directory) as cluster:
        looks = looks_at_run(shop.home, cluster, set_id, len(ids))
    books = bookkeeping(shop.places, ids)

    found = used(looks[0], looks[-1])

    assert outcomes(shop, ids) == {"evaluated": 2**CHOICES}
    assert [look.done for look in looks] == sorted(look.done for look in looks)
    assert found.sent > books.document_compressed
    assert books.result_compressed * 0.9 < found.received < books.result
    assert found.worker > found.scheduler > 0
    assert looks[-1].megabytes > 10


def test_without_dask_the_benchmark_says_so_and_measures_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    assert list(benchmark.rows(1)) == []
    assert capsys.readouterr().err == "Dask is not installed: no cluster to measure\n"
