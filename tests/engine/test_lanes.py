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


def test_blocks_for_processors_leave_gpus_alone_where_others_are_there_for_them():
    mixed = [worker(GPU=1), worker(2, CPU=2), worker(CPU=1)]
    assert lanes(mixed, "cpu") == Lanes(3, 0, {"CPU": 1.0}, {})
    assert lanes(mixed, "cpu", apart=False) == Lanes(5 - 1, 0, {}, {})
    assert lanes(mixed, "cuda") == Lanes(1, 0, {"GPU": 1.0}, {})
    assert lanes([worker(GPU=1)], "cpu") == Lanes(1, 0, {}, {}), "better than nothing"


def test_only_workers_with_what_every_block_asks_for_count():
    mixed = [worker(GPU=1, ours=1e6), worker(CPU=1, theirs=1e6), worker(4, ours=1e6)]
    assert lanes(mixed, "cpu", ("ours",)) == Lanes(5, 0, {"ours": 1.0}, {})
    assert lanes(mixed, "cuda", ("ours",)).slots == 1
    assert lanes(mixed, "cpu", ("nobody",)).slots == 0


def test_the_most_memory_is_known_where_all_say():
    assert lanes([worker(MEMORY=2), worker(MEMORY=5)], "cpu").memory == 5.0
    assert lanes([worker(MEMORY=2), worker()], "cpu").memory is None
