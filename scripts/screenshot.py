"""Draw the picture of the README anew: ``python -m scripts.screenshot``, from the project's root.

It shows the kept result of the first study in the convergence lab, on a server of its own.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS, NAMES
from tests.browser.lab import Lab
from tests.browser.server import ROOT, Server

PICTURE = ROOT / "docs" / "convergence-lab.png"
SIZE = {"width": 1600, "height": 1120}


def main() -> None:
    """Take the picture and write it into the documentation."""
    browser = next(filter(None, map(shutil.which, NAMES)), None)
    with (
        tempfile.TemporaryDirectory() as home,
        Server(Path(home)) as server,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=browser, args=FLAGS)
        page = chromium.new_page(viewport=SIZE, color_scheme="light")
        lab = Lab(page, server.url)
        lab.open(kept=1)
        lab.wait_for_points(0)
        lab.settle()
        page.wait_for_timeout(1000)
        page.screenshot(path=PICTURE)
        chromium.close()
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
