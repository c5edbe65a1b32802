"""What workers are forked from: it has rehearsed, alone in its process, and they need not."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import Any

import psutil
import pytest
from engine_helpers import Log
from toy_chains import Relays

from moeviz.engine.children import REHEARSED, WORKER_ENVIRONMENT, child_environment
from moeviz.engine.dispatch import Listener
from moeviz.engine.studies.studies import Studies
from moeviz.engine.workers.cluster import Cluster
from moeviz.engine.workers.machine import has_driver
from moeviz.engine.workers.packing import pack

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are not forked")
no_gpu = pytest.mark.skipif(has_driver(), reason="where there is a GPU each worker rehearses")

GETS_READY = """
import gc, os, sys
import moeviz.engine.workers.nursery
import torch
from moeviz.engine.children import REHEARSED
from moeviz.engine.workers.rehearsal import rehearse
print(len(os.listdir("/proc/self/task")), "thread")
print(gc.isenabled(), gc.get_freeze_count() > 10_000, torch.get_num_threads())
print("cuda" if torch.cuda.is_initialized() else "no cuda")
before = set(sys.modules)
rehearse(bytes.fromhex(os.environ[REHEARSED]), "cpu")
print(len(set(sys.modules) - before), "new")
"""

RUNS_NOTHING = """
import sys
from pathlib import Path
from moeviz.engine.workers import machine
machine.DRIVERS = (Path(sys.executable),)
import torch
from torch.utils._python_dispatch import TorchDispatchMode

class Counted(TorchDispatchMode):
    calls = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.calls += 1
        return func(*args, **(kwargs or {}))

with Counted() as counted:
    import moeviz.engine.workers.nursery
print(counted.calls, "calls")
print(torch.cuda.is_initialized(), torch.cuda._is_in_bad_fork())
with counted:
    moeviz.engine.workers.nursery.rehearse(bytes.fromhex(sys.argv[1]), "cpu")
print(counted.calls > 0)
"""


@dataclass
class Heard:
    """What the one who opens a cluster is told."""

    told: threading.Event = field(default_factory=threading.Event)
    what: Any = None

    def hears(self, what: Any) -> None:
        self.what = what
        self.told.set()


def got_ready(kind: bytes, script: str = GETS_READY) -> list[str]:
    """Import the nursery in a process of its own, and return what is seen there."""
    environment = {**child_environment(), **WORKER_ENVIRONMENT, REHEARSED: kind.hex()}
    done = subprocess.run(
        [sys.executable, "-c", script, kind.hex()],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.splitlines()


@no_gpu
def test_studies_are_rehearsed_in_a_single_thread():
    # A second thread would be missing in a fork, and so would what it holds.
    assert got_ready(pack(Studies())) == ["1 thread", "True True 1", "no cuda", "0 new"]


@no_gpu
def test_a_rehearsal_is_held_once_in_a_process(tmp_path):
    log = Log(tmp_path / "rehearsals.log")
    got_ready(pack(Relays(log.name)))
    assert log.blocks() == ["0/0"]


@no_gpu
def test_a_kind_that_cannot_be_read_leaves_it_cold_and_well():
    assert got_ready(b"nothing")[0] == "1 thread"


def test_where_there_is_a_driver_nothing_of_pytorch_runs():
    """After a fork no driver answers that was asked before; the file of one is there by disguise.

    The same rehearsal, held afterwards, does run something.
    """
    assert got_ready(pack(Studies()), RUNS_NOTHING) == ["0 calls", "False False", "True"]


def test_where_there_is_a_driver_no_rehearsal_is_held_before_the_fork(tmp_path):
    log = Log(tmp_path / "rehearsals.log")
    got_ready(pack(Relays(log.name)), RUNS_NOTHING.partition("with counted")[0])
    assert log.blocks() == []


@no_gpu
def test_workers_are_forked_from_one_that_has_rehearsed(tmp_path):
    log, heard = Log(tmp_path / "rehearsals.log"), Heard()
    cluster = Cluster([Relays(log.name)], None, 2, "cpu")
    cluster.open(Listener(heard.hears, heard.hears, heard.hears))
    try:
        assert heard.told.wait(120), "the cluster opens"
        workers = {worker["pid"] for worker in heard.what.workers}
        (nursery,) = log.pids()
        assert len(workers) == 2
        assert nursery not in workers | {os.getpid()}
        assert {psutil.Process(worker).ppid() for worker in workers} == {nursery}
    finally:
        cluster.close()
