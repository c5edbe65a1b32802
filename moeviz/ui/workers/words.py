"""What the page of workers says in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from moeviz.engine.studies.observed import Observed, Queued
from moeviz.engine.workers.news import Line
from moeviz.engine.workers.view import SILENT_SECONDS, Row
from moeviz.ui.workers.names import Names

GB = 1e9

_KINDS = {"studies": "study", "trainings": "training", "protocols": "protocol map"}
_HAPPENED = {
    "came": "{} came.",
    "left": "{} left; what it was computing was given to another one.",
    "hung": "{} stopped answering and was ended.",
}


def counted(count: int, noun: str, many: str = "") -> str:
    """Return a number with its noun.

    Parameters
    ----------
    count : int
    noun, many : str
        For one, and for several; default with an s.
    """
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def sized(seconds: float) -> str:
    """Return how long ago something was."""
    if seconds < 90:
        return f"{max(seconds, 0):.0f} s ago"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min ago"
    return f"{seconds / 3600:.0f} h ago"


def summary_words(seen: Observed) -> str:
    """Say in a sentence or two what there is."""
    if not seen.ready:
        return "The workers are starting; what is asked for waits for them."
    fit = [row for row in seen.rows if not row.strange and not row.quick]
    gpus = sum(row.gpu for row in fit)
    where = "on this server's own machine" if seen.here else "elsewhere, at a scheduler"
    kinds = f", {gpus} of them with a GPU" if gpus else ""
    kinds += (
        ", and one beside them for short first blocks" if any(r.quick for r in seen.rows) else ""
    )
    running = sum(job.state == "running" for job in seen.jobs)
    waiting = len(seen.jobs) - running
    busy = sum(bool(row.now) for row in fit)
    doing = (
        f"{counted(running, 'job')} under way, "
        f"{counted(waiting, 'waits', 'wait') if waiting else 'none waits'}; "
        f"{busy} of {len(fit)} computing."
        if seen.jobs
        else "Nothing is under way."
    )
    return f"{counted(len(fit), 'worker')} {where}{kinds}. {doing}"


def job_words(job: Queued) -> str:
    """Say what a job is."""
    kind = _KINDS.get(job.kind, job.kind)
    return f"{kind} {job.label}".strip()


def state_words(job: Queued, place: int) -> str:
    """Say where a job stands.

    Parameters
    ----------
    job : Queued
    place : int
        In the list, from 0.
    """
    where = "GPU" if job.device == "cuda" else "processors"
    if job.state == "running":
        left = "" if job.seconds_left is None else f", about {_span(job.seconds_left)} left"
        return f"on {where}{left}"
    if job.standing is None:
        return job.message
    before = job.standing.before
    turn = "next" if before == 0 else f"after {counted(before, 'other')}"
    wait = job.standing.wait
    begins = "" if wait is None or wait < 1 else f", in about {_span(wait)}"
    return f"waits for {where}: {turn}{begins}"


def place_words(row: Row, here: bool) -> str:
    """Say where a worker is."""
    return "this machine" if here else row.machine or "another host"


def device_words(row: Row) -> str:
    """Say what a worker computes on, and what it is for where that is not everything."""
    cores = "" if row.cores == 1 else f", {counted(row.cores, 'block')} at once"
    beside = ", for short first blocks" if row.quick else ""
    if not row.gpu:
        return ("processor" if row.cores == 1 else "processors") + cores + beside
    if not row.gpus:
        found = "names a GPU, but PyTorch finds none" if row.ready else "names a GPU"
        return found + cores + beside
    return ", ".join(row.gpus) + cores + beside


def memory_words(row: Row) -> str:
    """Say how much memory a worker uses."""
    used = f"{row.used / GB:.1f}"
    return f"{used} of {row.limit / GB:.1f} GB" if row.limit else f"{used} GB"


def now_words(row: Row, known: Mapping[str, Queued], letters: Names) -> str:
    """Say what a worker does.

    Parameters
    ----------
    row : Row
    known : mapping of str to Queued
        The jobs of this server by their names.
    letters : Names
        Their letters.
    """
    if row.strange:
        return f"is given nothing: it {row.strange}"
    silent = f" (silent for {row.silent:.0f} s)" if row.silent > SILENT_SECONDS else ""
    if row.now:
        first = row.now[0]
        job = known.get(first.job)
        what = f"{letters.letter(first.job)}, {job_words(job)}" if job else "another server's work"
        more = f" and {len(row.now) - 1} more" if len(row.now) > 1 else ""
        return f"{what}{more}: for {_span(first.seconds)}{silent}"
    if not row.ready:
        return f"getting ready{silent}"
    return f"free{silent}"


def blocks_words(rate: Sequence[float | None]) -> str:
    """Say how many blocks came back."""
    known = [value for value in rate if value is not None]
    if not any(known):
        return "No block came back in the last ten minutes."
    last = [value for value in rate[-4:] if value is not None]
    minute = sum(last) / len(last) if last else 0.0
    return (
        f"{minute:,.0f} blocks in the last minute; at most {max(known):,.0f} a minute in the last "
        "ten."
    )


def news_words(line: Line, who: str) -> str:
    """Say what happened to a worker."""
    return line.words or _HAPPENED[line.what].format(who)


def _span(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
