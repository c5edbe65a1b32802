"""How long a page takes from a change to the picture, in a real browser on a fresh server.

On the lab a change is a click that the server must answer: a choice of the strip of chips; the
picture is there when the strip, the formula and the figure say what was chosen. On the rates page
it is a click on a paper; the picture is there when matrix and sentence are that paper's. On the
checker it is a click on a tile of the map; the verdict is there when the claim's question is the
title and the page's script has ended. The browser itself takes the time, from the click to the
frame in which it has drawn.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moeviz.bench.browser import SCREEN, browsing
from moeviz.bench.pages import percentile, served
from moeviz.bench.work import Row, row

CHANGES = 200
CHIP, FIRST, SECOND = "expert", "tanh", "gelu"
TITLES = {FIRST: "tanh", SECOND: "GELU"}
"""A choice and another that both go with the first study."""

PAPERS = ("cosine", "multinomial")
"""A paper and another."""

ANSWER_MS = 20_000

TILES = ("C6", "M6")
"""A group of claims and another."""

_TILE = """async (tile) => {
  const title = () => document.querySelector("h1")?.innerText;
  const rests = () => document.querySelector('[data-test-script-state="notRunning"]');
  const opened = () =>
    document.querySelector(`.moeviz-tile[data-tile="${tile}"][aria-current="true"]`);
  const before = title();
  const began = performance.now();
  document.querySelector(`.moeviz-tile[data-tile="${tile}"]`).click();
  do {
    if (performance.now() - began > 20000) return -1;
    await new Promise(requestAnimationFrame);
  } while (title() === before || !opened() || !rests());
  return performance.now() - began;
}"""

_PAPER = """async ([name, from]) => {
  const notice = () => document.querySelector(".rates-notice").innerText;
  const drawn = () => document.querySelector(`.rates-face[data-cell^="${name}."]`);
  const gone = () => !document.querySelector(`.rates-face[data-cell^="${from}."]`);
  const before = notice();
  const began = performance.now();
  document.querySelector(`[data-paper="${name}"]`).click();
  do {
    if (performance.now() - began > 20000) return -1;
    await new Promise(requestAnimationFrame);
  } while (notice() === before || !drawn() || !gone());
  return performance.now() - began;
}"""

_PICK = """async ([chip, field, name, word]) => {
  const opener = document.querySelector(`[data-chip="${chip}"]`);
  opener.click();
  const find = () => document.querySelector(`[data-key="${field}.${name}.alone"]`);
  for (let i = 0; i < 200 && !find(); i += 1) await new Promise(requestAnimationFrame);
  const said = () => opener.isConnected ? opener.innerText
    : document.querySelector(`[data-chip="${chip}"]`).innerText;
  const formula = () => document.querySelector(".moeviz-formula")?.innerText ?? "";
  const before = formula();
  const began = performance.now();
  find().click();
  while (!said().includes(word) || formula() === before) {
    if (performance.now() - began > 20000) return -1;
    await new Promise(requestAnimationFrame);
  }
  return performance.now() - began;
}"""


@dataclass(frozen=True)
class Change:
    """A change of a page that is made again and again.

    Attributes
    ----------
    what : str
        What is changed, in words.
    address : str
        Of the page.
    ready : tuple of str
        Selectors of what the page shows once it can be changed.
    make : callable
        Makes the change on the page, for its number, and returns the milliseconds until the
        picture; below 0 where it never came.
    """

    what: str
    address: str
    ready: tuple[str, ...]
    make: Callable[[Any, int], float]


def changes_benchmark(name: str = "changes", changes: int = CHANGES) -> list[Row]:
    """Change a page many times, and measure the time to the picture.

    Parameters
    ----------
    name : str
        Of the benchmark, one of :data:`PAGES`.
    changes : int

    Returns
    -------
    list of dict
        The median and the 95th percentile, in seconds.

    Raises
    ------
    ServerError
        If the server does not answer.
    """
    change = PAGES[name]
    seconds = _measured(change.address, change.ready, change.make, changes)
    return _rows(name, change.what, seconds)


def _rows(name: str, what: str, seconds: Sequence[float]) -> list[Row]:
    came = sorted(value for value in seconds if value >= 0)
    said = f"{what}, from the click to the picture ({len(came)} changes"
    said += f", {len(seconds) - len(came)} never came)"
    return [
        row(name, f"{said}: median", percentile(came, 0.5), "no peer", None),
        row(name, f"{said}: 95th percentile", percentile(came, 0.95), "no peer", None),
    ]


def _measured(
    address: str, ready: Sequence[str], change: Callable[[Any, int], float], changes: int
) -> list[float]:
    """Return how long each change took, in seconds; negative where its picture never came."""
    with tempfile.TemporaryDirectory() as home, served(Path(home)) as server, browsing() as browser:
        page = browser.new_page(viewport=SCREEN)
        page.goto(f"{server.url}/{address}")
        for what in ready:
            page.locator(what).first.wait_for(timeout=ANSWER_MS)
        page.wait_for_timeout(2000)
        return [_one(page, change, index) for index in range(changes)]


def _one(page: Any, change: Callable[[Any, int], float], index: int) -> float:
    took = change(page, index)
    page.wait_for_timeout(100)  # the server writes the address and settles
    return took / 1000 if took >= 0 else -1.0


def _pick(page: Any, index: int) -> float:
    name = SECOND if index % 2 == 0 else FIRST
    return float(page.evaluate(_PICK, [CHIP, "experts", name, TITLES[name]]))


def _tile(page: Any, index: int) -> float:
    return float(page.evaluate(_TILE, TILES[index % 2]))


def _paper(page: Any, index: int) -> float:
    before, after = PAPERS if index % 2 == 0 else PAPERS[::-1]
    return float(page.evaluate(_PAPER, [after, before]))


PAGES: Mapping[str, Change] = {
    "changes": Change(
        "a choice of the lab's strip",
        f"convergence?experts={FIRST}",
        (f'[data-chip="{CHIP}"]', ".moeviz-canvas"),
        _pick,
    ),
    "changes-rates": Change(
        "another paper of the rates page", f"rates?paper={PAPERS[0]}", (".rates-face",), _paper
    ),
    "changes-checker": Change(
        "another claim of the checker's map", "checker", (".moeviz-tile",), _tile
    ),
}
"""The change that each benchmark makes, by its name."""
