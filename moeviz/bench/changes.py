"""How long the lab takes from a change to the picture, in a real browser on a fresh server.

A change is a click that the server must answer: a choice of the strip of chips. The picture is
there when the strip, the formula and the figure say what was chosen; the browser itself takes the
time, from the click to the frame in which it has drawn.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from moeviz.bench.pages import percentile, served
from moeviz.bench.work import Row, row

CHANGES = 200
CHIP, FIRST, SECOND = "expert", "tanh", "gelu"
TITLES = {FIRST: "tanh", SECOND: "GELU"}
"""A choice and another that both go with the first study."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
ANSWER_MS = 20_000

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


def changes_benchmark(changes: int = CHANGES) -> list[Row]:
    """Change the lab's form many times, and measure the time to the picture.

    Parameters
    ----------
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
    with tempfile.TemporaryDirectory() as home, served(Path(home)) as server:
        seconds = _measured(f"{server.url}/convergence?experts={FIRST}", changes)
    came = sorted(value for value in seconds if value >= 0)
    said = f"a choice of the lab's strip, from the click to the picture ({len(came)} changes"
    said += f", {len(seconds) - len(came)} never came)"
    return [
        row("changes", f"{said}: median", percentile(came, 0.5), "no peer", None),
        row("changes", f"{said}: 95th percentile", percentile(came, 0.95), "no peer", None),
    ]


def _measured(address: str, changes: int) -> list[float]:
    # Only here: who does not measure pages needs no browser.
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(address)
            page.locator(f'[data-chip="{CHIP}"]').wait_for(timeout=ANSWER_MS)
            page.locator(".moeviz-canvas").first.wait_for(timeout=ANSWER_MS)
            page.wait_for_timeout(2000)
            return [_one(page, SECOND if index % 2 == 0 else FIRST) for index in range(changes)]
        finally:
            browser.close()


def _one(page: Any, name: str) -> float:
    took = float(page.evaluate(_PICK, [CHIP, "experts", name, TITLES[name]]))
    page.wait_for_timeout(100)  # the server writes the address and settles
    return took / 1000 if took >= 0 else -1.0
