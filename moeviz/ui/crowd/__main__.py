"""``python -m moeviz.ui.crowd WAY URL ...``: be a class and print what it met."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from moeviz.text import json_text
from moeviz.ui.crowd.crowd import attend
from moeviz.ui.crowd.drags import pull_together
from moeviz.ui.crowd.scenes import SCENES, Class, play
from moeviz.ui.crowd.visits import come_and_go


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
    for name, scene in SCENES.items():
        way = _way(ways, name, _play, (scene.__doc__ or "").partition("\n")[0])
        way.set_defaults(scene=name)
        _of_a_class(way)
    visits = _way(ways, "visits", _come_and_go, "come, look and leave, again and again")
    visits.add_argument("--visits", type=int, default=1000, help="how many (default: 1000)")
    _of_a_class(visits)
    asked = parser.parse_args()
    print(json_text(asyncio.run(asked.run(asked))))


def _of_a_class(way: argparse.ArgumentParser) -> None:
    way.add_argument("--study", required=True, help="query of the lab's link to its form")
    way.add_argument("--seconds", type=float, default=180.0, help="how long (default: 180)")
    way.add_argument("--think", type=float, default=5.0, help="between changes (default: 5)")


def _way(ways: Any, name: str, run: Any, words: str) -> argparse.ArgumentParser:
    way: argparse.ArgumentParser = ways.add_parser(name, help=words)
    way.add_argument("url", help="the server's address")
    way.add_argument("--visitors", type=int, default=40, help="how many (default: 40)")
    way.set_defaults(run=run)
    return way


async def _watch(asked: argparse.Namespace) -> dict[str, Any]:
    return await attend(asked.url, asked.job, asked.study, asked.visitors, asked.every)


async def _play(asked: argparse.Namespace) -> dict[str, Any]:
    crowd = Class(asked.url, asked.study, asked.visitors, asked.seconds, asked.think)
    return await play(asked.scene, crowd)


async def _come_and_go(asked: argparse.Namespace) -> dict[str, Any]:
    crowd = Class(asked.url, asked.study, asked.visitors, asked.seconds, asked.think)
    made = await come_and_go(crowd, asked.visits)
    return {**crowd.seen.plain(), "visits": made}


async def _drag(asked: argparse.Namespace) -> dict[str, Any]:
    return await pull_together(asked.url, asked.page, asked.visitors, asked.seconds)


if __name__ == "__main__":
    main()
