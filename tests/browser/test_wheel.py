"""The built wheel, installed into a fresh environment away from the sources, opens the app.

It lives below a path there, as behind a proxy.

Nobody has visited its server: its first visitor, a worker that dies, and its end. The tests share
it and run in this order.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from moeviz.charts.table import replicates_csv
from moeviz.train.kept import ENDING, kept_folder
from tests.browser.lab import Lab
from tests.browser.server import ROOT, Server
from tests.browser.test_checker import decide

LEFT = (".git", ".venv", "build", "tests", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis")


class Installed(Server):
    """The server of an installation, started where none of the sources is in sight."""

    python: Path
    base = "/a/class"

    def command(self) -> list[str]:
        options = ["--headless", "--port", self.port, "--base-path", self.base]
        return [str(self.python), "-m", "moeviz", "serve", *options]

    @property
    def folder(self) -> Path:
        return self.home


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of the sources, in which nothing was built before."""
    sources, made = tmp_path_factory.mktemp("sources") / "moeviz", tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT, sources, ignore=shutil.ignore_patterns(*LEFT))
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    build = [sys.executable, "-m", "pip", "wheel", *options, "-w", str(made), str(sources)]
    subprocess.run(build, check=True, cwd=made)
    (found,) = made.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """A server of the wheel in an environment of its own; the libraries alone are shared."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home / "venv", with_pip=False, symlinks=True)
    shown = "import sysconfig; print(sysconfig.get_path('purelib'))"
    python = home / "venv" / "bin" / "python"
    told = subprocess.run([python, "-c", shown], check=True, capture_output=True, text=True)
    packages = Path(told.stdout.strip())
    with zipfile.ZipFile(wheel) as content:
        content.extractall(packages)
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    server = Installed(home / "moeviz")
    server.python = python
    with server:
        yield server


def test_the_wheel_carries_results_verdicts_scripts_and_styles(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    kept = [path.name for path in (ROOT / "moeviz" / "study" / "results").glob("*.json")]
    assert kept
    assert {f"moeviz/study/results/{name}" for name in kept} <= set(names)
    trained = [path.relative_to(ROOT).as_posix() for path in kept_folder().glob(f"*{ENDING}")]
    assert set(trained) <= set(names)
    folder = ROOT / "moeviz" / "ui" / "train"
    page = [path.relative_to(ROOT).as_posix() for path in folder.iterdir() if path.is_file()]
    assert {Path(name).suffix for name in page} == {".py", ".js", ".css"}
    assert set(page) <= set(names)
    assert "moeviz/site/pages/train/sparse.py" in names
    verdicts = ROOT / "moeviz" / "symbolic" / "catalogue" / "verdicts"
    decided = [path.relative_to(ROOT).as_posix() for path in verdicts.glob("*.json")]
    assert len(decided) > 100
    assert set(decided) <= set(names)
    for ending in (
        "exceptions.json",
        "plot.js",
        "plot.css",
        "ui/shared/watch.js",
        "ui/shared/watch.css",
        "icon.svg",
        "flexmix.R",
        "handout.typ",
        "config.toml",
    ):
        assert any(name.endswith(ending) for name in names), ending
    assert not [name for name in names if name.startswith("tests") or name.endswith("setup.py")]


def test_the_first_visitor_may_come_by_a_deep_link(installed, visit):
    lab = Lab(visit(), installed.url)
    lab.open(sizes="300,1000", replicates=3)
    asks = "Does the cosine router really learn slowly?"
    expect(lab.page.get_by_role("heading", name=asks)).to_be_visible()
    expect(lab.page.get_by_test_id("stTopNavSection")).to_have_text(
        ["See", "Measure", "Decide", "Train", "Teach", "Jobs"]
    )
    expect(lab.page.get_by_text(re.compile("^12 fits"))).to_be_visible()
    lab.settle()
    expect(lab.page.get_by_text("Page not found")).to_have_count(0)
    expect(lab.page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.crowd
def test_the_first_visitor_may_come_by_a_claim(browser: Browser, tmp_path, visit):
    with Server(tmp_path) as server:
        page = visit()
        page.goto(f"{server.url}/checker?claim=S10.scaled-relu.d1")
        expect(page.get_by_role("heading", name=re.compile("Holds|Fails"))).to_be_visible()
        expect(page.get_by_text("Page not found")).to_have_count(0)


def test_an_installed_wheel_opens_the_app(installed, visit):
    page = visit()
    page.goto(installed.url)
    expect(page.get_by_role("heading", name="Does the gate see how long β is?")).to_be_visible()
    page.goto(f"{installed.url}/convergence?preset=cosine-exact&kept=1")
    expect(page.get_by_text(re.compile("computed on"))).to_be_visible()
    page.goto(f"{installed.url}/checker?claim=S2.d2")
    expect(page.get_by_text(re.compile("Decided on 20"))).to_be_visible()
    decide(page)


@pytest.mark.crowd  # the engine has its own; this is the same through the page
def test_a_killed_worker_changes_no_number(installed, visit, reference):
    lab = Lab(visit(), installed.url)
    lab.open(**reference.fields)
    lab.run()
    victim = max(installed.workers(), key=lambda process: process.cpu_times().user)
    os.kill(victim.pid, signal.SIGKILL)
    blocks = lab.page.locator(".following-sentence").inner_text()
    print(f"\nkilled worker {victim.pid} at {blocks}")
    lab.wait_until_finished()
    assert victim.pid not in {worker.pid for worker in installed.workers()}
    _, text = lab.download("Data (CSV)")
    assert text == replicates_csv(reference.result)


def test_the_server_ends_with_all_its_workers(installed):
    installed.wait_for_workers()
    assert installed.stop() == []
    assert installed.process.returncode == 0
    log = Path(installed.log).read_text()
    assert "Traceback" not in log, log[-3000:]
    assert "missing ScriptRunContext" not in log, log[-3000:]
