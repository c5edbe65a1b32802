"""``python -m moeviz.ui.crowd URL --job HASH --study QUERY``: be a class and print what it met."""

from __future__ import annotations

import argparse
import asyncio

from moeviz.text import json_text
from moeviz.ui.crowd.crowd import attend


def main() -> None:
    """Attend, and print one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m moeviz.ui.crowd", description=__doc__)
    parser.add_argument("url", help="the server's address")
    parser.add_argument("--job", required=True, help="the study's identity")
    parser.add_argument("--study", required=True, help="query of the lab's link to its form")
    parser.add_argument("--visitors", type=int, default=40, help="who watch (default: 40)")
    parser.add_argument(
        "--every", type=float, default=5.0, help="seconds between one's changes (default: 5)"
    )
    asked = parser.parse_args()
    met = attend(asked.url, asked.job, asked.study, asked.visitors, asked.every)
    print(json_text(asyncio.run(met)))


if __name__ == "__main__":
    main()
