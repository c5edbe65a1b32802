"""How long one waits before anything is computed: commands, the app's start, a study's first point.

Times are by the wall clock, from the start of the process or from the click, and so are those of an
idle machine only. Every server is a fresh one with an empty store, and every browser has an empty
cache unless a row says otherwise.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from moeviz.bench.browser import SCREEN, browsing
from moeviz.bench.pages import PRESET, served
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
        For each command its time beside an empty program's; of the app the time to the first page,
        to workers that are ready, of later visits, and from a click to points of a study.

    Raises
    ------
    ServerError
        If the server does not answer.
    """
    empty = min(_command([sys.executable, "-c", ""]) for _ in range(tries))
    rows = [
        row("start", f"python -m moeviz {' '.join(words)}", _best(words, tries), "empty", empty)
        for words in commands
    ]
    return [*rows, *_of_the_app(starts)]


def _best(words: Sequence[str], tries: int) -> float:
    return min(_command([sys.executable, "-m", "moeviz", *words]) for _ in range(tries))


def _command(command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, capture_output=True, check=False, env={**os.environ, "COLUMNS": "100"})
    return time.perf_counter() - began


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
                **_study(page, server.url),
            }


def _first_visit(browser: Any, url: str) -> float:
    with browser.new_context(viewport=SCREEN) as context:
        return painted(context.new_page(), url)


def _study(page: Any, url: str) -> dict[str, list[float]]:
    """Press Run, and return the seconds to the first point and to the end."""
    page.goto(f"{url}/convergence?preset={PRESET}")
    page.get_by_role("button", name="Run", exact=True).wait_for(timeout=ANSWER_MS)
    page.wait_for_timeout(2000)
    page.evaluate("document.querySelector('.moeviz-canvas').dataset.points = 0")
    page.evaluate(_PRESS)
    first, last = (
        page.wait_for_function(what, polling=20, timeout=STUDY_MS).json_value()
        for what in (_FIRST, _LAST)
    )
    return {
        f"{PRESET} live on a warm server, from the click to its first point": [first / 1000],
        f"{PRESET} live on a warm server, from the click to its end": [last / 1000],
    }
