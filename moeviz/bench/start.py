"""How long one waits before anything is computed: commands, the app's start, a study's first point.

Times are by the wall clock, from the start of the process or from the click, and so are those of an
idle machine only. Every server is a fresh one with an empty store, and every browser has an empty
cache unless a row says otherwise.

Workers are ready when the first page, which is open meanwhile, says so: all have joined then, and
have run the first blocks of a study, or were forked from a process that had. Compiled code is on
the disk already; `make` puts it there.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from moeviz.bench.browser import SCREEN, browsing
from moeviz.bench.pages import served
from moeviz.bench.paint import painted
from moeviz.bench.work import Row, row

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("--help",),
    ("presets",),
    ("train", "--list"),
    ("claims", "C1.d2"),
    ("claims",),
    ("rates",),
    ("study", "nope"),
    ("check", "--set", "router=nope"),
)
"""Lists, and what is refused."""

TRIES, STARTS, VISITS = 5, 3, 10
ANSWER_MS, STUDY_MS = 120_000, 600_000

STUDIES = ("cosine-exact", "sigmoid-dense", "multinomial-exact", "cosine-over")
"""Presets of which it is measured how long their live size takes, on a server that has none."""

_PRESS = """() => {
  const button = [...document.querySelectorAll("button")]
    .find((each) => each.innerText.trim() === "Run");
  window.moevizPressed = performance.now();
  button.click();
}"""

_FIRST = """() => Number(document.querySelector(".moeviz-canvas")?.dataset.points ?? 0) > 0
  && performance.now() - window.moevizPressed"""

_LAST = r"""() => /^Finished: /m.test(document.body.innerText)
  && performance.now() - window.moevizPressed"""


def start_benchmark(
    commands: Sequence[Sequence[str]] = COMMANDS, tries: int = TRIES, starts: int = STARTS
) -> list[Row]:
    """Measure what is waited for before a first answer.

    Parameters
    ----------
    commands : sequence of sequence of str
        Words of the command line.
    tries : int
        Of each command; the best counts.
    starts : int
        Of the app; the median counts.

    Returns
    -------
    list of dict
        For each command its time beside an empty program's, and its processor time as
        ``processor_seconds``; of the app the time to the first page, to workers that are ready, of
        later visits, and from a click to points of a study.

    Raises
    ------
    ServerError
        If the server does not answer.
    """
    return [*_of_commands(commands, tries), *_of_the_app(starts)]


def _of_commands(commands: Sequence[Sequence[str]], tries: int) -> Iterator[Row]:
    """Yield the best of each command, beside that of a program that does nothing."""
    with tempfile.TemporaryDirectory() as home:
        empty, _ = _best(["-c", ""], tries, home)
        for words in commands:
            seconds, used = _best(["-m", "moeviz", *words], tries, home)
            said = f"python -m moeviz {' '.join(words)}"
            yield row("start", said, seconds, "an empty program", empty, processor_seconds=used)


def _best(words: Sequence[str], tries: int, home: str) -> tuple[float, float]:
    """Return the least seconds that a program took, by the wall and of processor time."""
    walls, used = zip(*(_once([sys.executable, *words], home) for _ in range(tries)), strict=True)
    return min(walls), min(used)


def _once(command: Sequence[str], home: str) -> tuple[float, float]:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = {**os.environ, "MOEVIZ_HOME": home}
    subprocess.run(command, capture_output=True, check=False, env=environment)
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _of_the_app(starts: int) -> Iterator[Row]:
    """Yield the rows of a server and its pages: medians of all that was seen."""
    seen: dict[str, list[float]] = {}
    with browsing() as browser:
        for _ in range(starts):
            for what, seconds in _one_start(browser).items():
                seen.setdefault(what, []).extend(seconds)
    for what, took in seen.items():
        yield row("start", f"{what} (median of {len(took)})", median(took), "no peer", None)


def _one_start(browser: Any) -> Mapping[str, Sequence[float]]:
    with tempfile.TemporaryDirectory() as home:
        began = time.perf_counter()
        with served(Path(home)) as server, browser.new_context(viewport=SCREEN) as context:
            answers = time.perf_counter() - began
            page = context.new_page()
            before = time.perf_counter() - began
            first = before + painted(page, server.url)
            page.get_by_text("Fits run on this machine").wait_for(timeout=ANSWER_MS)
            ready = time.perf_counter() - began
            server.settle()
            return {
                "the app, from its start to its first answer": [answers],
                "the app, from its start to its first page painted": [first],
                "the app, from its start to workers that are ready": [ready],
                "the first page of a warm server painted, with an empty cache": [
                    _first_visit(browser, server.url) for _ in range(VISITS)
                ],
                "the first page of a warm server painted, again": [
                    painted(page, server.url) for _ in range(VISITS)
                ],
                **_studies(page, server.url),
            }


def _first_visit(browser: Any, url: str) -> float:
    with browser.new_context(viewport=SCREEN) as context:
        return painted(context.new_page(), url)


def _studies(page: Any, url: str) -> dict[str, list[float]]:
    """Return what each study takes, on a server that knows none of them."""
    found: dict[str, list[float]] = {}
    for name in STUDIES:
        found |= _study(page, url, name)
    return found


def _study(page: Any, url: str, name: str) -> dict[str, list[float]]:
    """Press Run, and return the seconds to the first point and to the end."""
    page.goto(f"{url}/convergence?preset={name}")
    page.get_by_role("button", name="Run", exact=True).wait_for(timeout=ANSWER_MS)
    page.wait_for_timeout(2000)
    page.evaluate("document.querySelector('.moeviz-canvas').dataset.points = 0")
    page.evaluate(_PRESS)
    first, last = (
        page.wait_for_function(what, polling=20, timeout=STUDY_MS).json_value()
        for what in (_FIRST, _LAST)
    )
    return {
        f"{name} live on a warm server, from the click to its first point": [first / 1000],
        f"{name} live on a warm server, from the click to its end": [last / 1000],
    }
