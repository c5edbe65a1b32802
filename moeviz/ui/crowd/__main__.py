"""``python -m moeviz.ui.crowd watch|drag URL ...``: be a class and print what it met."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from moeviz.text import json_text
from moeviz.ui.crowd.crowd import attend
from moeviz.ui.crowd.drags import pull_together


def main() -> None:
    """Be a class, and print one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m moeviz.ui.crowd", description=__doc__)
    ways = parser.add_subparsers(required=True)
    watch = _way(ways, "watch", _watch, "watch a study that runs")
    watch.add_argument("--job", required=True, help="the study's identity")
    watch.add_argument("--study", required=True, help="query of the lab's link to its form")
    watch.add_argument(
        "--every", type=float, default=5.0, help="seconds between one's changes (default: 5)"
    )
    drag = _way(ways, "drag", _drag, "drag a handle of a page's picture")
    drag.add_argument("--page", default="gates", help="the page's address (default: gates)")
    drag.add_argument("--seconds", type=float, default=20.0, help="how long (default: 20)")
    asked = parser.parse_args()
    print(json_text(asyncio.run(asked.run(asked))))


def _way(ways: Any, name: str, run: Any, words: str) -> argparse.ArgumentParser:
    way: argparse.ArgumentParser = ways.add_parser(name, help=words)
    way.add_argument("url", help="the server's address")
    way.add_argument("--visitors", type=int, default=40, help="how many (default: 40)")
    way.set_defaults(run=run)
    return way


async def _watch(asked: argparse.Namespace) -> dict[str, Any]:
    return await attend(asked.url, asked.job, asked.study, asked.visitors, asked.every)


async def _drag(asked: argparse.Namespace) -> dict[str, Any]:
    return await pull_together(asked.url, asked.page, asked.visitors, asked.seconds)


if __name__ == "__main__":
    main()
