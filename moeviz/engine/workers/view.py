"""What is to be seen of the workers: who is there, what each has, and what it does now."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

from moeviz.engine.errors import EngineError, told
from moeviz.engine.workers.futures import TASK
from moeviz.engine.workers.lanes import GPU, MEMORY, QUICK
from moeviz.engine.workers.open import Workers

SILENT_SECONDS = 6.0
"""A worker that gave no sign of life for so long is said to be silent."""

LOOK_SECONDS = 1.2
"""Signs of life come about once a second; who looks once waits for one more."""

MB = 1e6


@dataclass(frozen=True)
class Now:
    """One block that a worker computes now.

    Attributes
    ----------
    job : str
        Whose; "" where that cannot be told.
    block : str
    seconds : float
        For how long.
    """

    job: str
    block: str
    seconds: float


@dataclass(frozen=True)
class Row:
    """One worker.

    Attributes
    ----------
    address, machine : str
        Where it is; what its host calls itself, "" where it has not said.
    gpu : bool
        Whether it names a GPU.
    gpus : tuple of str
        What PyTorch calls those that it finds.
    quick : bool
        Whether it takes short first blocks alone.
    cores : int
        Blocks that it computes at once.
    used, limit : float
        Bytes of memory; 0 where that is not known.
    now : tuple of Now
    here, silent : float
        Seconds since it was first counted, and since its last sign of life.
    strange : str
        Why it is given nothing; "" where it is.
    ready : bool
        Whether it has said what it has.
    """

    address: str
    machine: str
    gpu: bool
    gpus: tuple[str, ...]
    quick: bool
    cores: int
    used: float
    limit: float
    now: tuple[Now, ...]
    here: float
    silent: float
    strange: str
    ready: bool

    def plain(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "machine": self.machine,
            "device": "cuda" if self.gpu else "cpu",
            "gpus": list(self.gpus),
            "quick": self.quick,
            "cores": self.cores,
            "memory_used": self.used,
            "memory_limit": self.limit,
            "now": [{"job": n.job, "block": n.block, "seconds": n.seconds} for n in self.now],
            "silent": self.silent,
            "problem": self.strange,
        }

    def line(self) -> str:
        """Return it as one line for people."""
        what = "; ".join(f"{n.block} of {n.job or 'another'}, {n.seconds:.1f} s" for n in self.now)
        state = self.strange or (what if self.ready else "getting ready") or "idle"
        kind = ", ".join(self.gpus) or ("GPU" if self.gpu else "CPU")
        memory = f"{self.used / MB:,.0f} MB"
        memory += f" of {self.limit / MB:,.0f}" if self.limit else ""
        silent = f" (silent for {self.silent:.0f} s)" if self.silent > SILENT_SECONDS else ""
        beside = ", short first blocks" if self.quick else ""
        return f"{self.machine or '?':20s} {kind}{beside}  {memory}  {state}{silent}"


def rows(workers: Workers) -> list[Row]:
    """Return the workers of an open cluster, host by host.

    Parameters
    ----------
    workers : Workers
    """
    found = [_row(workers, address, worker) for address, worker in list(workers.seen.items())]
    return sorted(found, key=lambda row: (row.machine, row.quick, not row.gpu, -row.here))


def look_at(address: str) -> list[Row]:
    """Return the workers at a scheduler, as another program sees them.

    Parameters
    ----------
    address : str
        Of the scheduler.

    Raises
    ------
    EngineError
        If it cannot be reached.
    """
    from distributed import Client

    from moeviz.engine.workers.settings import quiet

    quiet()
    connect: Any = Client
    try:
        with connect(address, timeout=5, set_as_default=False) as client:
            workers = Workers(client, "auto", _seen(client), {}, None)
            time.sleep(LOOK_SECONDS)
            workers.take(_seen(client))
            return rows(workers)
    except (OSError, TimeoutError, ValueError, RuntimeError) as error:
        raise EngineError(
            f"Expected a Dask scheduler at {address}, but reaching it failed ({told(error)}); "
            "start it, or name another."
        ) from error


def _seen(client: Any) -> dict[str, Any]:
    found: dict[str, Any] = client.scheduler_info(n_workers=-1)["workers"]
    return found


def _row(workers: Workers, address: str, worker: Any) -> Row:
    said = workers.described.get(address, {})
    resources, metrics = worker["resources"], worker.get("metrics", {})
    limit = resources.get(MEMORY) or worker.get("memory_limit") or said.get("memory") or 0
    return Row(
        address=address,
        machine=str(said.get("machine", "")),
        gpu=GPU in resources,
        gpus=tuple(map(str, said.get("gpus", ()))),
        quick=QUICK in resources,
        cores=int(worker["nthreads"]),
        used=_number(metrics.get("memory")),
        limit=_number(limit),
        now=tuple(_now(*each) for each in said.get("now", ()) if len(each) == 3),
        here=time.monotonic() - workers.since.get(address, time.monotonic()),
        silent=workers.silent(address),
        strange=workers.why_strange(address) or "" if address in workers.since else "",
        ready=bool(said),
    )


def _now(task: Any, block: Any, seconds: Any) -> Now:
    match str(task).split("/")[0].split("-"):
        case [begin, job, _] if begin == TASK:
            return Now(job, str(block), _number(seconds))
    return Now("", str(block), _number(seconds))


def _number(value: Any) -> float:
    good = isinstance(value, int | float) and math.isfinite(value)
    return float(value) if good else 0.0
