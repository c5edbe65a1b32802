"""The command line: presets, studies, reach and benchmarks, for people and for scripts."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moeviz.cli.app import add_app
from moeviz.cli.check import add_check
from moeviz.cli.claims import add_claims, add_verdicts, within_processes
from moeviz.cli.files import check_target, export_endings, write
from moeviz.cli.glossary import add_glossary
from moeviz.cli.keep import add_keep, keep_results
from moeviz.cli.settings import settings
from moeviz.cli.train import add_train, train
from moeviz.errors import MoevizError, SpecificationError

if TYPE_CHECKING:
    from moeviz.study import Result

PIPE_STATUS = 141
"""What a shell reports of a program whose reader went away: 128 and the number of SIGPIPE."""


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

    add_app(commands.add_parser("app", help="serve the laboratory in a browser"))

    presets = commands.add_parser("presets", help="list the named studies and their fields")
    presets.set_defaults(run=_presets)

    study = commands.add_parser("study", help="run a study to its end and print the result")
    _which_study(study)
    _where(study)
    study.add_argument("--store", type=Path, help="folder of finished blocks")
    study.add_argument("--csv", type=Path, help="also write every replicate to this file")
    study.add_argument(
        "--export",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="also write picture, document, notebook or handout, by the ending: .svg, .tex, "
        ".ipynb or .pdf; may be given several times",
    )
    study.set_defaults(run=_study)

    reach = commands.add_parser("reach", help="information, predicted curves and reach")
    _which_study(reach)
    reach.set_defaults(run=_reach)

    keep = commands.add_parser("keep", help="run full sizes and keep the results in the project")
    add_keep(keep)
    _where(keep)
    keep.set_defaults(run=_keep)

    training = commands.add_parser("train", help="train routers beside each other and compare them")
    add_train(training)
    _where(training)
    training.set_defaults(run=_train)

    rates = commands.add_parser(
        "rates", help="the papers' rates, and the studies that measure them"
    )
    rates.add_argument("--json", action="store_true", help="print plain data")
    rates.set_defaults(run=_rates)

    add_claims(commands.add_parser("claims", help="the papers' claims, with certificates"))
    add_verdicts(
        commands.add_parser("verdicts", help="decide the claims and keep the verdicts shipped")
    )
    add_check(commands.add_parser("check", help="decide a check of your own, with its certificate"))

    exceptions = commands.add_parser(
        "exceptions", help="search for the families of parameters at which claims fail"
    )
    exceptions.add_argument("names", nargs="*", metavar="ID", help="claims (default: all)")
    exceptions.add_argument(
        "--limit", type=float, default=1200.0, metavar="SECONDS", help="for all (default: 1200)"
    )
    exceptions.add_argument("--workers", type=int, default=2, help="processes (default: 2)")
    exceptions.add_argument(
        "--resume", action="store_true", help="go on with the kept searches that were cut off"
    )
    exceptions.add_argument("--keep", action="store_true", help="keep what is found in the project")
    exceptions.add_argument("--json", action="store_true", help="print plain data")
    exceptions.set_defaults(run=_exceptions)

    add_glossary(commands.add_parser("glossary", help="what the words mean"))

    bench = commands.add_parser("bench", help="measure speed, with peers beside it")
    bench.add_argument("names", nargs="*", metavar="NAME", help="benchmarks (default: all)")
    bench.add_argument("--json", action="store_true", help="print plain data")
    bench.set_defaults(run=_bench)
    presets.add_argument("--json", action="store_true", help="print plain data")
    return parser


def _where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--workers", type=int, help="worker processes (default: one per core)")
    parser.add_argument("--scheduler", help="address of a running Dask scheduler")


def _which_study(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", help="a preset; see `presets`")
    parser.add_argument(
        "--size", default="live", help="'live' (default) or 'full', where it exists"
    )
    parser.add_argument("--spec", type=Path, help="a specification file instead of a preset")
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help="change a field"
    )
    parser.add_argument("--json", action="store_true", help="print plain data")


def _specification(arguments: argparse.Namespace) -> Any:
    """Return the specification that the arguments name, before any other work is done."""
    from moeviz.study import PRESETS, Specification

    texts = settings(arguments.set)
    if arguments.spec is not None:
        spec = Specification.from_json(_read_json(arguments.spec)).of_today()
        if not texts:
            return spec
        preset = PRESETS["lab"]
        return Specification.make(spec.name, {**spec.fields, **preset.parse(texts)})
    if arguments.name is None:
        raise SpecificationError(
            f"Expected the name of a study ({', '.join(PRESETS)}) or --spec FILE, but got neither."
        )
    preset = PRESETS[arguments.name]
    return preset.build({**preset.at_size(arguments.size), **preset.parse(texts)})


def _read_json(path: Path) -> Any:
    from moeviz.study.document import MOST_BYTES, read_document

    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SpecificationError(
            f"Expected a readable specification file, but {path.name} gave: {reason}."
        ) from None
    return read_document(content)


def _presets(arguments: argparse.Namespace) -> int:
    from moeviz.console import preset_json, preset_text, print_json
    from moeviz.study import PRESETS

    if arguments.json:
        print_json([preset_json(preset) for preset in PRESETS.values()])
        return 0
    for preset in PRESETS.values():
        print(preset_text(preset))
    return 0


def _study(arguments: argparse.Namespace) -> int:
    spec = _specification(arguments)
    _check_targets(arguments)
    from moeviz.charts.printed import printed
    from moeviz.console import print_json, study_text
    from moeviz.engine import Store

    _say_before(spec, arguments)
    store = Store(arguments.store) if arguments.store else None
    result = _run(spec, arguments, store)
    _write_files(arguments, result)
    if arguments.json:
        print_json(printed(result))
    else:
        print(study_text(result))
    return 0


def _say_before(spec: Any, arguments: argparse.Namespace) -> None:
    """Say what the study cannot show, before it is run; beside plain data, not among them."""
    from moeviz.console import notices_text

    text = notices_text(spec)
    if text:
        print(text, file=sys.stderr if arguments.json else sys.stdout, flush=True)


def _run(spec: Any, arguments: argparse.Namespace, store: Any) -> Any:
    """Run a study or a training to its end and return its result."""
    from moeviz.engine import Engine, EngineError
    from moeviz.engine.trainings.trainings import Trainings

    with Engine(
        store=store,
        scheduler=arguments.scheduler,
        workers=arguments.workers,
        device=arguments.device,
        kinds=[Trainings()],
    ) as engine:
        job = engine.submit(spec)
        try:
            snapshot = engine.wait(job, on_change=_progress)
        finally:
            _end_progress()
    if snapshot.state != "done":
        raise EngineError(f"{snapshot.message} Finished blocks are in {engine.store.root}.")
    return snapshot.result()


def _train(arguments: argparse.Namespace) -> int:
    from moeviz.engine import Store

    if arguments.workers is not None:
        within_processes(arguments.workers)
    store = Store(arguments.store) if arguments.store else None
    return train(arguments, lambda spec: _run(spec, arguments, store))


def _keep(arguments: argparse.Namespace) -> int:
    if arguments.workers is not None:
        within_processes(arguments.workers)
    return keep_results(arguments, lambda spec: _run(spec, arguments, None))


def _rates(arguments: argparse.Namespace) -> int:
    from moeviz.console import print_json, rates_json, rates_text

    if arguments.json:
        print_json(rates_json())
    else:
        print(rates_text())
    return 0


def _progress(snapshot: Any) -> None:
    if sys.stderr.isatty():
        left = snapshot.seconds_left
        rest = "" if left is None else f", about {left:.0f} s left"
        print(f"\r{snapshot.done} of {snapshot.total} blocks{rest}   ", end="", file=sys.stderr)


def _end_progress() -> None:
    if sys.stderr.isatty():
        print(file=sys.stderr)


def _check_targets(arguments: argparse.Namespace) -> None:
    """Refuse a file that could not be written, before hours are spent on what goes into it."""
    if arguments.csv is not None:
        check_target(arguments.csv, "--csv")
    for path in arguments.export:
        check_target(path, "--export", export_endings())


def _write_files(arguments: argparse.Namespace, result: Result) -> None:
    from moeviz.charts.table import replicates_csv
    from moeviz.export.formats import FORMATS

    if arguments.csv is not None:
        write(arguments.csv, replicates_csv(result))
    for path in arguments.export:
        write(path, FORMATS[path.suffix].make(result, ""))


def _reach(arguments: argparse.Namespace) -> int:
    from moeviz.console import print_json, reach_json, reach_text
    from moeviz.study import run_block, split

    spec = _specification(arguments)
    _say_before(spec, arguments)
    blocks = [block for block in split(spec) if block.kind == "information"]
    report = reach_json(spec, [run_block(spec, block) for block in blocks])
    if arguments.json:
        print_json(report)
    else:
        print(reach_text(report))
    return 0


def _exceptions(arguments: argparse.Namespace) -> int:
    """Search for exceptions; what an interrupt or the limit leaves open is said and kept."""
    from moeviz.console import print_json, search_text
    from moeviz.symbolic.catalogue.exceptions import keep_searches, search_all

    within_processes(arguments.workers)
    if not 1 <= arguments.limit <= 86_400:
        raise SpecificationError(
            f"Expected 1 to 86,400 seconds for --limit, but got {arguments.limit:g}."
        )
    if arguments.keep:
        what = f"{arguments.limit:,.0f} s on {arguments.workers} processes"
        print(f"moeviz: all searches together take at most {what}.", file=sys.stderr, flush=True)
    found: list[dict[str, Any]] = []
    interrupted = False
    try:
        for one in search_all(
            arguments.names, arguments.limit, arguments.workers, arguments.resume
        ):
            found.append(one)
            if arguments.keep:
                keep_searches([one])
            if not arguments.json:
                print(search_text(one), flush=True)
    except KeyboardInterrupt:
        interrupted = True
    if arguments.json:
        print_json(found)
    if not found and not interrupted:
        print("moeviz: every search asked for is kept and complete.", file=sys.stderr)
    if interrupted:
        print(
            f"moeviz: interrupted with {len(found)} searches done or begun; the others have no "
            "answer. With --keep, --resume goes on.",
            file=sys.stderr,
        )
    return 130 if interrupted else 0


def _bench(arguments: argparse.Namespace) -> int:
    from moeviz.bench import run_benchmarks
    from moeviz.console import print_json

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
