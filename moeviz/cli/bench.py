"""The command ``bench``: benchmarks, with peers beside them."""

from __future__ import annotations

import argparse
import sys

from moeviz.cli.printing import print_json

WORDS = {
    "least-squares": "least squares beside scipy's; what bounds a pass",
    "em": "EM and Fisher scoring beside flexmix's, where R has it",
    "scale": "how time and memory grow",
    "sgd": "stochastic gradient descent beside torch's",
    "starts": "starts on a part of the sample beside the whole",
    "starts-over": "the same with an expert too many",
    "slopes": "slopes of whole studies by both ways of starting",
    "gpu": "a GPU beside one core; needs CUDA",
    "maps": "live protocol maps: first colours, and the whole",
    "moe": "a sparse layer beside its limit and others",
    "pages": "forty clients watch one study",
    "drags": "from a movement to the picture, in a browser",
    "crowd": "forty clients drag on one page",
    "fair": "a tiny study behind long ones and behind many",
    "paint": "the first picture of each page, in a browser",
    "start": "commands, the app's start, studies from the click, in a browser",
    "room": "a lecture room with forty phones, and the app killed in the middle",
    "store": "finished blocks in the store's database, and as files",
    "changes": "from a click to the picture on the lab, in a browser",
    "changes-rates": "the same on the page of the rates",
    "changes-checker": "the same on the checker",
}
"""Each benchmark in a few words, without an import of what it measures."""

USUAL = ("least-squares", "em", "scale", "sgd")
"""What runs where no name is given: numbers that need neither GPU nor browser."""


def add_bench(parser: argparse.ArgumentParser) -> None:
    """Give the command its arguments.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The command's own.
    """
    usual = ", ".join(USUAL)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", default=USUAL, help=f"benchmarks (default: {usual})"
    )
    parser.add_argument("--json", action="store_true", help="print plain data")
    width = max(map(len, WORDS))
    lines = [f"  {name:{width}}  {words}" for name, words in WORDS.items()]
    parser.epilog = "\n".join(["benchmarks:", *lines])
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.set_defaults(run=bench)


def bench(arguments: argparse.Namespace) -> int:
    """Measure, and print a row for each piece of work.

    Parameters
    ----------
    arguments : argparse.Namespace
        With ``names`` and ``json``.

    Raises
    ------
    UnknownNameError
        If there is no such benchmark.
    """
    from moeviz.bench import run_benchmarks

    def begins(name: str) -> None:
        print(f"moeviz: {name} is being measured ...", file=sys.stderr, flush=True)

    rows = run_benchmarks(arguments.names, begins)
    if arguments.json:
        print_json(rows)
        return 0
    for row in rows:
        ratio = "-" if row["ratio"] is None else f"{row['ratio']:.2f}"
        peer = "" if row["peer_seconds"] is None else f" {row['peer_seconds']:.3g} s"
        print(f"{row['name']}: {row['work']}")
        print(f"  ours {row['ours_seconds']:.3g} s, {row['peer']}{peer}, ratio {ratio}")
    return 0
