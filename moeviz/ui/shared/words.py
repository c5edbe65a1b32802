"""Short sentences about the machine and the clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moeviz.engine import Snapshot


def hardware_sentence(hardware: Mapping[str, Any]) -> str:
    """Say on what the fits run.

    Parameters
    ----------
    hardware : mapping
        As :meth:`moeviz.engine.Engine.hardware` returns it.
    """
    where = (
        "on this machine"
        if hardware["scheduler"] == "local"
        else f"through the scheduler at {hardware['scheduler']}"
    )
    if not hardware["ready"]:
        return f"The workers {where} are starting."
    gpus = ", ".join(hardware["gpus"]) or "no GPU"
    return (
        f"Fits run {where}: {_count(hardware['workers'], 'worker process', 'worker processes')}, "
        f"{_count(hardware['cores'], 'core', 'cores')}, "
        f"{hardware['memory_gib']:.1f} GiB of memory, {gpus}, torch {hardware['torch']}."
    )


def duration(seconds: float) -> str:
    """Say a length of time, such as ``12 s`` or ``3 min 5 s``.

    Parameters
    ----------
    seconds : float
        Not negative.
    """
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def about(seconds: float) -> str:
    """Say an estimate of how long something takes, and for what it holds.

    Parameters
    ----------
    seconds : float
        Not negative.
    """
    return f"about {duration(seconds)} on an idle machine"


def progress_sentence(snapshot: Snapshot) -> str:
    """Say how far a study is.

    Parameters
    ----------
    snapshot : Snapshot
        A job as the engine sees it.
    """
    blocks = f"{snapshot.done} of {snapshot.total} blocks"
    return _how_far(snapshot, blocks, f": {snapshot.total} blocks")


def map_sentence(snapshot: Snapshot) -> str:
    """Say how far a protocol map is.

    Parameters
    ----------
    snapshot : Snapshot
        A job as the engine sees it.
    """
    return _how_far(snapshot, f"{100 * snapshot.fraction:.0f} % of the map")


def training_sentence(snapshot: Snapshot) -> str:
    """Say how far a training run is.

    Parameters
    ----------
    snapshot : Snapshot
        A job as the engine sees it.
    """
    return _how_far(snapshot, f"{100 * snapshot.fraction:.0f} % of all steps")


def _how_far(snapshot: Snapshot, counted: str, whole: str = "") -> str:
    """Say how far a job is: `counted` says what is done of it, `whole` how much it was at last."""
    spent = duration(snapshot.seconds)
    if snapshot.state == "done":
        return f"Finished{whole} in {spent} on {snapshot.device}."
    if snapshot.state == "waiting":
        return f"Waiting for a free worker: {counted} done."
    if snapshot.active:
        left = snapshot.seconds_left
        return f"{counted} in {spent}" + (f", about {duration(left)} left." if left else ".")
    return f"{snapshot.state.capitalize()} after {counted} and {spent}."


def check_sentence(snapshot: Snapshot) -> str:
    """Say how far a check is.

    Parameters
    ----------
    snapshot : Snapshot
        A check as the checker sees it.
    """
    if snapshot.state == "waiting":
        return "Waiting for a process that is free; the first one takes some seconds to load."
    if snapshot.active:
        most = snapshot.spec.limit
        return f"Deciding: {snapshot.seconds:.0f} s, at most {most:g} s for each test."
    return f"{snapshot.state.capitalize()} after {duration(snapshot.seconds)}."


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
