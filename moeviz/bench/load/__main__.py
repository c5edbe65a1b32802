"""``python -m moeviz.bench.load``: is the server fit for a class; with --memory, for a day."""

from __future__ import annotations

import argparse
from pathlib import Path

from moeviz.bench.load.memory import remember
from moeviz.bench.load.report import lines, put_table
from moeviz.bench.load.run import load
from moeviz.bench.load.scenes import SCENES, Asked
from moeviz.text import finite, json_text


def main() -> None:
    """Measure, say a verdict for each goal, and keep the figures.

    A goal that is missed is said, and is no failure of this program.
    """
    parser = argparse.ArgumentParser(prog="python -m moeviz.bench.load", description=__doc__)
    parser.add_argument("scenes", nargs="*", metavar="SCENE", default=list(SCENES),
                        help=f"which (default: {' '.join(SCENES)})")  # fmt: skip
    parser.add_argument("--visitors", type=int, default=40, help="how many (default: 40)")
    parser.add_argument("--seconds", type=float, default=180.0, help="of a scene (default: 180)")
    parser.add_argument("--think", type=float, default=5.0, help="between changes (default: 5)")
    parser.add_argument("--memory", action="store_true", help="visits for a long time instead")
    parser.add_argument("--minutes", type=float, default=30.0, help="of --memory (default: 30)")
    parser.add_argument("--visits", type=int, default=1000, help="of --memory (default: 1000)")
    parser.add_argument("--json", type=Path, help="also keep the figures in this file")
    parser.add_argument("--table", type=Path, help="also put a table into this document")
    words = parser.parse_args()
    unknown = [name for name in words.scenes if name not in SCENES]
    if unknown:
        parser.error(f"Expected scenes from {', '.join(SCENES)}, but got {unknown[0][:40]!r}.")
    if words.memory:
        found = remember(words.visitors, words.minutes * 60, words.visits)
    else:
        found = load(words.scenes, Asked(words.visitors, words.seconds, words.think))
    for line in lines(found):
        print(line)
    if words.json is not None:
        words.json.write_text(json_text(finite(found)) + "\n", encoding="utf-8")
    if words.table is not None:
        put_table(words.table, "memory" if words.memory else "load", found)


if __name__ == "__main__":
    main()
