"""Which workers take which blocks."""

from __future__ import annotations

from typing import Any

import pytest

from moeviz.engine.workers.lanes import Lanes, lanes


def worker(nthreads: int = 1, **resources: float) -> dict[str, Any]:
    return {"nthreads": nthreads, "resources": resources}


def test_the_workers_of_a_machine_and_the_one_beside_them():
    machine = [worker(BLOCKS=1), worker(BLOCKS=1), worker(QUICK=1)]
    assert lanes(machine, "cpu") == Lanes(2, 1, {"BLOCKS": 1.0}, {"QUICK": 1.0})


def test_on_gpus_both_kinds_of_block_need_one():
    machine = [worker(BLOCKS=1, GPU=1), worker(BLOCKS=1), worker(QUICK=1, GPU=1)]
    assert lanes(machine, "cuda") == Lanes(
        1, 1, {"GPU": 1.0, "BLOCKS": 1.0}, {"GPU": 1.0, "QUICK": 1.0}
    )
    assert lanes(machine, "cpu").slots == 2


@pytest.mark.parametrize(
    ("workers", "slots"),
    [
        ([worker(), worker(4)], 5),
        ([worker(QUICK=1), worker()], 2),
        ([worker(QUICK=1), worker(BLOCKS=1), worker()], 3),
        ([worker(QUICK=1)], 1),
        ([worker(BLOCKS=1)], 1),
        ([], 0),
    ],
)
def test_without_both_names_every_worker_takes_every_block(
    workers: list[dict[str, Any]], slots: int
):
    assert lanes(workers, "cpu") == Lanes(slots, 0, {}, {})


def test_a_gpu_that_several_threads_share_computes_one_block_at_a_time():
    assert lanes([worker(8, GPU=1), worker(8)], "cuda") == Lanes(1, 0, {"GPU": 1.0}, {})
