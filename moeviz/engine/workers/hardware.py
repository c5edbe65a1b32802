"""What studies are computed on, in words and numbers."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from moeviz.engine.workers.machine import cores, memory

if TYPE_CHECKING:
    from moeviz.engine.workers.open import Workers

GIB = 2**30


@cache
def local_workers() -> int:
    """Return the number of cores that this process may use, containers' limits included."""
    return cores()


def describe_hardware(
    connection: Workers | None, address: str | None, workers: int
) -> dict[str, Any]:
    """Describe a cluster; see :meth:`moeviz.engine.Engine.hardware`.

    Parameters
    ----------
    connection : Workers or None
        The open cluster, or None while it is being opened.
    address : str or None
        Address of a scheduler elsewhere.
    workers : int
        Number of workers that a local cluster is asked for.
    """
    ready = connection is not None and connection.alive
    here = {
        "workers": workers if address is None else 0,
        "cores": local_workers() if address is None else 0,
        "memory_gib": round(_local_memory() / GIB, 1) if address is None else 0.0,
        "gpus": [],
        "torch": _torch_version(),
        "scheduler": address or "local",
        "device": "cpu",
        "ready": ready,
    }
    if connection is None:
        return here
    seen = connection.workers
    here |= {
        "workers": len(seen),
        "gpus": [name for worker in seen for name in worker["gpus"]],
        "torch": seen[0]["torch"] if seen else here["torch"],
        "device": connection.device,
    }
    if address is not None:
        memory = {worker["host"]: worker["memory"] for worker in seen}
        here |= {
            "cores": sum(worker["threads"] for worker in seen),
            "memory_gib": round(sum(memory.values()) / GIB, 1),
        }
    return here


@cache
def _local_memory() -> int:
    return memory()


def _torch_version() -> str:
    try:
        return version("torch")
    except PackageNotFoundError:
        return "none"
