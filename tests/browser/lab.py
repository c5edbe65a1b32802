"""The convergence lab as a visitor uses it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import Locator, Page, expect

from moeviz.study import Result
from tests.browser.server import ROOT

FINISH_MS = 90_000
POLL_MS = 50  # to look at each frame has the browser draw frames

KEEPS_ITS_ROOM = """() => new Promise((resolve) => {
    const room = () => document.querySelector(".moeviz-canvas").getBoundingClientRect().height;
    const before = room();
    setTimeout(() => resolve(room() === before), 300);
})"""
"""Whether the plot stays as high as it is for a while."""


def walk(page: Page, section: str, title: str) -> None:
    """Go to a page by the bar of sections."""
    page.get_by_test_id("stTopNavSection").filter(has_text=section).click()
    page.get_by_role("menuitem", name=title).click()


def leave(page: Page) -> None:
    """Have a page forget everything, and leave it at a word of the same server.

    For an address of no server the browser would begin a new process, and another for the next
    page, in which all scripts are compiled again: more than a second of a core.
    """
    server = urlsplit(page.url)
    if server.netloc:
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
        page.goto(f"{server.scheme}://{server.netloc}/_stcore/health")


def script_rests(page: Page) -> None:
    """Wait until no script is running for a page."""
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')"
        "?.dataset.testScriptState === 'notRunning'",
        polling=POLL_MS,
    )


class Lab:
    """One page on one server.

    Parameters
    ----------
    page : Page
    url : str
        The server's address.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, preset: str = "cosine-exact", **fields: Any) -> None:
        """Arrive by a link to a preset with some fields changed, and wait for the form."""
        self.page.goto(f"{self.url}/convergence?{urlencode({'preset': preset, **fields})}")
        self.run_button.wait_for()

    @property
    def run_button(self) -> Locator:
        return self.page.get_by_role("button", name="Run", exact=True)

    @property
    def plot(self) -> Locator:
        return self.page.locator(".moeviz-canvas")

    @property
    def alerts(self) -> Locator:
        return self.page.get_by_test_id("stAlert")

    @property
    def settings(self) -> Locator:
        """The drawer of settings."""
        return self.page.get_by_role("dialog", name="Settings")

    def open_settings(self) -> Locator:
        """Open the drawer of settings, and return it."""
        self.settle()  # The button is another where its hint changes.
        self.page.get_by_role("button", name=re.compile("^Settings")).click()
        self.settings.wait_for()
        return self.settings

    def close_settings(self) -> None:
        """Close the drawer; only then does the page say what the form says."""
        self.settings.get_by_role("button", name="Close", exact=True).click()
        expect(self.settings).to_have_count(0)
        self.settle()

    def open_predictions(self) -> Locator:
        """Open what was predicted, and return it."""
        self.page.get_by_role("button", name=re.compile("^Predict")).click()
        return self.page.get_by_role("dialog", name=re.compile("^Predict"))

    def chip(self, name: str) -> Locator:
        """A chip of the strip; it says what is chosen."""
        return self.page.locator(f'[data-chip="{name}"]')

    def picker(self, name: str) -> Locator:
        """The open picker of a chip."""
        return self.page.get_by_role("dialog", name=f"Choose: {name}")

    def choose(self, chip: str, title: str) -> None:
        """Choose by a chip's picker, with what the choice takes along where it must."""
        self.chip(chip).click()
        card = self.picker(chip).get_by_role("button", name=re.compile(f"^{re.escape(title)}[.:]"))
        another, before = card.get_attribute("aria-pressed") != "true", self.page.url
        card.click()
        expect(self.picker(chip)).to_be_hidden()
        if another:  # Until its script begins none is running.
            expect(self.page).not_to_have_url(before)
        self.settle()

    def tab(self, name: str) -> Locator:
        """Open one of the tabs below the picture, and return what is in it."""
        self.page.get_by_role("tab", name=name).click()
        return self.page.get_by_role("tabpanel", name=name)

    @property
    def job(self) -> str | None:
        """The identity of the study on show, from the address."""
        return parse_qs(urlsplit(self.page.url).query).get("job", [None])[0]

    def points(self) -> int:
        """How many means of the study on show are drawn; none of what lies behind it."""
        return int(
            self.page.evaluate("document.querySelector('.moeviz-canvas')?.dataset.points ?? 0")
        )

    def run(self) -> float:
        """Press Run, and return the seconds until the first point stood on the plot."""
        self.page.evaluate(
            """() => {
                const canvas = document.querySelector('.moeviz-canvas');
                if (canvas) canvas.dataset.points = 0; // Those of an earlier study.
                const button = [...document.querySelectorAll('button')]
                    .find((b) => b.innerText.trim() === 'Run');
                button.addEventListener('click', () => { window.pressed = performance.now(); },
                    { once: true, capture: true });
            }"""
        )
        self.run_button.click()
        took = self.page.wait_for_function(
            """() => Number(document.querySelector('.moeviz-canvas')?.dataset.points ?? 0) > 0
                && (performance.now() - window.pressed) / 1000""",
            polling=20,
            timeout=FINISH_MS,
        )
        return float(took.json_value())

    def wait_for_points(self, more_than: int) -> int:
        """Wait until the plot shows more means than that, and return how many."""
        self.page.wait_for_function(
            "(n) => Number(document.querySelector('.moeviz-canvas')?.dataset.points ?? 0) > n",
            arg=more_than,
            polling=POLL_MS,
            timeout=FINISH_MS,
        )
        return self.points()

    def settled_points(self) -> int:
        """Return how many means the plot shows once it has shown as many for a second."""
        shown = self.points()
        while True:
            self.page.wait_for_timeout(1000)
            now = self.points()
            if now and now == shown:
                return now
            shown = now

    def wait_until_finished(self) -> None:
        expect(self.page.get_by_text(re.compile(r"^Finished: "))).to_be_visible(timeout=FINISH_MS)

    def ranges(self) -> list[float]:
        """The ends of both axes as they are drawn, in decades."""
        found: list[float] = self.plot.evaluate(
            "(c) => [...c._fullLayout.xaxis.range, ...c._fullLayout.yaxis.range]"
        )
        return found

    def plot_rests(self) -> None:
        """Wait until the plot has taken the room that is left once all else stands."""
        self.page.wait_for_function(KEEPS_ITS_ROOM)

    def zoomed(self) -> bool:
        """Whether the plot shows ranges that a reader chose."""
        return not self.plot.evaluate("(c) => c._fullLayout.yaxis.autorange")

    def watch_for_another(self, pattern: str) -> None:
        """Have `window.answered` promise the milliseconds from the next click to another match.

        The pattern's first group is compared, in the text of the whole page.
        """
        self.page.evaluate(
            """(pattern) => {
                const said = () => document.body.innerText.match(new RegExp(pattern))?.[1];
                const before = said();
                window.answered = new Promise((resolve) => {
                    document.addEventListener('click', () => {
                        const start = performance.now();
                        const watch = new MutationObserver(() => {
                            if (said() === before) return;
                            watch.disconnect();
                            resolve(performance.now() - start);
                        });
                        const all = { subtree: true, childList: true, characterData: true };
                        watch.observe(document.body, all);
                    }, { once: true, capture: true });
                });
            }""",
            pattern,
        )

    def download(self, label: str) -> tuple[str, str]:
        """Press a download button, and return the file's name and text."""
        if not self.page.get_by_role("button", name=label).is_visible():
            self.page.get_by_role("button", name="Export").click()
        with self.page.expect_download() as caught:
            self.page.get_by_role("button", name=label).click()
        file = caught.value
        return file.suggested_filename, Path(file.path()).read_text(encoding="utf-8")

    def settle(self) -> None:
        """Wait until no script is running for this page."""
        script_rests(self.page)


@dataclass(frozen=True)
class Reference:
    """Fields of a study that differ from its preset, and its result."""

    fields: dict[str, Any]
    result: Result


def command_line(home: Path, preset: str, fields: dict[str, Any]) -> Result:
    """Run a study from the command line, with a store of its own, and return its result."""
    settings = [f"--set={name}={value}" for name, value in fields.items()]
    command = [sys.executable, "-m", "moeviz", "study", preset, "--store", str(home), "--json"]
    command += ["--workers", "1"]
    done = subprocess.run(
        [*command, *settings], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return Result.from_json(json.loads(done.stdout))


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def seconds_until(condition: Any, limit: float) -> float:
    """Poll until `condition` holds, and return how long that took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < limit, f"not within {limit} s"
        time.sleep(0.02)
    return time.monotonic() - began
