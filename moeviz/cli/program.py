"""The command line, for people and for scripts: one program of several commands."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from moeviz.cli.bench import add_bench
from moeviz.cli.check import add_check
from moeviz.cli.claims import add_claims, add_verdicts, within_processes
from moeviz.cli.exceptions import add_exceptions
from moeviz.cli.experiments import add_experiments
from moeviz.cli.glossary import add_glossary
from moeviz.cli.jobs import add_jobs
from moeviz.cli.keep import add_keep, keep_results
from moeviz.cli.presets import add_presets
from moeviz.cli.protocols import add_protocols, protocols
from moeviz.cli.rates import add_rates
from moeviz.cli.running import add_where, run
from moeviz.cli.serve import add_serve
from moeviz.cli.study import add_reach, add_study
from moeviz.cli.train import add_train, train
from moeviz.errors import MoevizError
from moeviz.later import later

PIPE_STATUS = 141
"""What a shell reports of a program whose reader went away: 128 and the number of SIGPIPE."""

SLOW = ("numpy", "torch")
"""What a command waits for only when it computes."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        Words of the command; by default those the program was started with.

    Returns
    -------
    int
        0 on success, 2 when the command cannot be carried out as given, 130 when interrupted, 141
        when the reader of the output went away.
    """
    later(*SLOW)
    arguments = _parser().parse_args(argv)
    try:
        status = int(arguments.run(arguments))
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        return _reader_gone()
    except MoevizError as error:
        print(f"moeviz: {error}", file=sys.stderr)
        path = getattr(error, "path", None)
        if path is not None:
            print(f"moeviz: that is {path}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("moeviz: interrupted; finished blocks are kept.", file=sys.stderr)
        return 130


def _reader_gone() -> int:
    """Say nothing more, and return the status of a program that such a pipe ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_STATUS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m moeviz", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    add_serve(commands.add_parser("serve", aliases=["app"], help="serve the laboratory"))
    add_presets(commands.add_parser("presets", help="list the named studies and their fields"))
    add_study(commands.add_parser("study", help="run a study to its end and print the result"))
    add_reach(commands.add_parser("reach", help="information, predicted curves and reach"))

    keep = commands.add_parser("keep", help="run full sizes and keep the results in the project")
    add_keep(keep)
    add_where(keep)
    keep.set_defaults(run=_keep)

    maps = commands.add_parser("protocols", help="map a published figure over its protocols")
    add_protocols(maps)
    add_where(maps)
    maps.set_defaults(run=_protocols)

    training = commands.add_parser("train", help="train routers beside each other and compare them")
    add_train(training)
    add_where(training)
    training.set_defaults(run=_train)

    add_rates(
        commands.add_parser("rates", help="the papers' rates, and the studies that measure them")
    )
    add_experiments(
        commands.add_parser(
            "experiments", help="the papers' simulations beside ours, from kept data"
        )
    )
    add_claims(commands.add_parser("claims", help="the papers' claims, with certificates"))
    add_verdicts(
        commands.add_parser("verdicts", help="decide the claims and keep the verdicts shipped")
    )
    add_check(commands.add_parser("check", help="decide a check of your own, with its certificate"))
    add_exceptions(
        commands.add_parser(
            "exceptions", help="search for the families of parameters at which claims fail"
        )
    )
    add_jobs(
        commands.add_parser(
            "jobs", help="what is kept of studies, checks and trainings; export, import, delete"
        )
    )
    add_glossary(commands.add_parser("glossary", help="what the words mean"))
    add_bench(commands.add_parser("bench", help="measure speed, with peers beside it"))
    return parser


def _protocols(arguments: argparse.Namespace) -> int:
    from moeviz.engine import Store

    if arguments.workers is not None:
        within_processes(arguments.workers)
    store = Store(arguments.store) if arguments.store else None
    return protocols(arguments, lambda spec: run(spec, arguments, store))


def _train(arguments: argparse.Namespace) -> int:
    from moeviz.engine import Store

    if arguments.workers is not None:
        within_processes(arguments.workers)
    store = Store(arguments.store) if arguments.store else None
    return train(arguments, lambda spec: run(spec, arguments, store))


def _keep(arguments: argparse.Namespace) -> int:
    if arguments.workers is not None:
        within_processes(arguments.workers)
    return keep_results(arguments, lambda spec: run(spec, arguments, None))
