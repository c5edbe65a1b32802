"""What a server holds on to while people come and go for a long time."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from moeviz.bench.load.judged import FILES, GROWTH_MIB, Verdict, at_most, growth, none_of
from moeviz.bench.load.probes import Use, machine, probing
from moeviz.bench.load.scenes import OWN
from moeviz.bench.pages import served, visited

SESSION_SECONDS = 120.0
"""Streamlit keeps what belongs to a page for so long after it has gone, in case it comes back."""

AFTER_SECONDS = SESSION_SECONDS + 30.0

STRETCHES = 60
"""Into so many the time is cut; of each the median counts."""


def remember(
    visitors: int, seconds: float, visits: int, after: float = AFTER_SECONDS
) -> dict[str, Any]:
    """Have people come and go, and judge what the server holds on to.

    Parameters
    ----------
    visitors : int
        How many are there at once, at most.
    seconds : float
    visits : int
    after : float
        Seconds of rest at the end, before what is still held is looked at.

    Returns
    -------
    dict
        ``machine``, ``asked``, ``memory`` (MiB, files and threads over time) and ``verdicts``.
    """
    facts = machine()
    with tempfile.TemporaryDirectory() as home, served(Path(home) / "server") as server:
        server.settle()
        first = Use.of(server.process)
        with probing(server) as probe:
            met = visited(
                server, "visits", "--study", OWN.link(), "--visitors", str(visitors),
                "--seconds", str(seconds), "--visits", str(visits),
            )  # fmt: skip
        time.sleep(after)
        last = Use.of(server.process)
    over_time = stretched(probe.uses)
    wrong = [each["error"] for each in met["answers"] if each["error"]] + met["broken"]
    return {
        "machine": facts,
        "asked": {"visitors": visitors, "seconds": seconds, "visits": visits, "rest": after},
        "memory": {
            "first": asdict(first),
            "last": asdict(last),
            "over_time": [asdict(use) for use in over_time],
            "visits": met["visits"],
            "answers": len(met["answers"]),
            "server_processor_seconds": probe.server,
        },
        "verdicts": [asdict(each) for each in verdicts(first, last, over_time, met["visits"])]
        + [asdict(none_of("errors", wrong, len(met["answers"])))],
    }


def stretched(uses: Sequence[Use], stretches: int = STRETCHES) -> list[Use]:
    """Return medians of stretches of time.

    Parameters
    ----------
    uses : sequence of Use
        In the order of time.
    stretches : int
        How many, at most.
    """
    length = max(1, -(-len(uses) // stretches))
    parts = [uses[start : start + length] for start in range(0, len(uses), length)]
    return [
        Use(
            at=median(use.at for use in part),
            memory=median(use.memory for use in part),
            files=int(median(use.files for use in part)),
            threads=int(median(use.threads for use in part)),
        )
        for part in parts
    ]


def verdicts(first: Use, last: Use, over_time: Sequence[Use], visits: int) -> list[Verdict]:
    """Return whether memory, files and threads stay within their bounds.

    Parameters
    ----------
    first, last : Use
        Before anybody came, and after all had gone and been forgotten.
    over_time : sequence of Use
    visits : int
        How many there were.
    """
    per_visit = (over_time[-1].at - over_time[0].at) / visits if visits else float("nan")
    memory = growth([(use.at, use.memory) for use in over_time]) * per_visit
    files = growth([(use.at, float(use.files)) for use in over_time]) * per_visit
    more = "at the end, more than at the start"
    return [
        at_most("memory, growth over 1000 visits once warm", 1000 * memory, GROWTH_MIB, "MiB", 1),
        at_most("open files, growth over 1000 visits", 1000 * files, FILES, "", 1),
        at_most(f"open files {more}", last.files - first.files, FILES, "", 0),
        at_most(f"threads {more}", last.threads - first.threads, FILES, "", 0),
    ]
