"""Short sentences about the machine and the clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moeviz.engine import Snapshot
from moeviz.engine.dispatch import HUNG
from moeviz.engine.ended_by import ended_words
from moeviz.engine.snapshot import AWAY, STOPPED, Standing


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
    parts = f"{snapshot.done} of {snapshot.total} parts"
    return _how_far(snapshot, parts, f": {snapshot.total} parts")


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
    noted = f" {snapshot.message}" if snapshot.message in (HUNG, AWAY) else ""
    if snapshot.state == "done":
        return f"Finished{whole} in {spent} on {snapshot.device}."
    if snapshot.state == "waiting":
        return f"Waiting for a free worker: {counted} done{_turn(snapshot.standing)}.{noted}"
    if snapshot.active:
        left = f", about {duration(snapshot.seconds_left)} left" if snapshot.seconds_left else ""
        others = snapshot.standing.others if snapshot.standing is not None else 0
        shared = f", beside {_count(others, 'other job', 'other jobs')}" if others else ""
        return f"{counted} in {spent}{left}{shared}.{noted}"
    return f"{_ended(snapshot)} after {counted} and {spent}."


def _turn(standing: Standing | None) -> str:
    """Say how many come before a job that waits, and how long that should take."""
    if standing is None:
        return ""
    soon = "" if standing.wait is None else _soon(standing.wait)
    if not standing.before:
        return "; it is next" + (soon and f" and begins {soon}")
    first = _count(standing.before, "other job comes first", "other jobs come first")
    return f"; {first}" + (soon and f", this one begins {soon}")


def _soon(seconds: float) -> str:
    """Say in how long something begins, no finer than anybody knows."""
    if seconds < 2.0:
        return "in a moment"
    if seconds >= 57.5:
        return f"in about {round(seconds / 60)} min"
    step = 1 if seconds < 10 else 5
    return f"in about {step * round(seconds / step)} s"


def check_sentence(snapshot: Snapshot) -> str:
    """Say how far a check is.

    Parameters
    ----------
    snapshot : Snapshot
        A check as the checker sees it.
    """
    if snapshot.state == "waiting":
        before = snapshot.standing.before if snapshot.standing is not None else 0
        if before:
            first = _count(before, "other check comes first", "other checks come first")
            return f"Waiting for a process that is free; {first}."
        return "Waiting for a process that is free; the first one takes some seconds to load."
    if snapshot.active:
        most = snapshot.spec.limit
        return f"Deciding: {snapshot.seconds:.0f} s, at most {most:g} s for each test."
    return f"{_ended(snapshot)} after {duration(snapshot.seconds)}."


def stopped_words(snapshot: Snapshot) -> str:
    """Say in few words how a job stopped before its end; nothing where it goes on or is done.

    Parameters
    ----------
    snapshot : Snapshot
        A job as the engine sees it.
    """
    return _ended(snapshot) if snapshot.state in STOPPED else ""


def _ended(snapshot: Snapshot) -> str:
    return ended_words(snapshot.state, snapshot.message)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
