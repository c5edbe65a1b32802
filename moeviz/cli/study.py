"""The commands ``study``, which runs one to its end, and ``reach``, which computes no fit."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moeviz.cli.files import check_target, export_endings, write
from moeviz.cli.printing import print_json
from moeviz.cli.running import add_where, run
from moeviz.cli.settings import settings
from moeviz.errors import SpecificationError

if TYPE_CHECKING:
    from moeviz.study import Result


def add_study(parser: argparse.ArgumentParser) -> None:
    """Give the command its arguments.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The command's own.
    """
    _which_study(parser)
    add_where(parser)
    parser.add_argument("--store", type=Path, help="folder of finished blocks")
    parser.add_argument("--csv", type=Path, help="also write every replicate to this file")
    parser.add_argument(
        "--export",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="also write picture, document, notebook or handout, by the ending: .svg, .tex, "
        ".ipynb or .pdf; may be given several times",
    )
    parser.set_defaults(run=study)


def add_reach(parser: argparse.ArgumentParser) -> None:
    """Give the command its arguments.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The command's own.
    """
    _which_study(parser)
    parser.set_defaults(run=reach)


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
            "Expected the name of a study (`python -m moeviz presets` lists them) or --spec FILE, "
            "but got neither."
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


def study(arguments: argparse.Namespace) -> int:
    """Run a study to its end, print the result, and write the files that were asked for.

    Parameters
    ----------
    arguments : argparse.Namespace

    Raises
    ------
    MoevizError
        If there is no such study, it cannot be run, or a file cannot be written.
    """
    spec = _specification(arguments)
    _check_targets(arguments)
    from moeviz.charts.printed import printed
    from moeviz.cli.study_text import study_text
    from moeviz.engine import Store

    _say_before(spec, arguments)
    store = Store(arguments.store) if arguments.store else None
    result = run(spec, arguments, store)
    _write_files(arguments, result)
    if arguments.json:
        print_json(printed(result))
    else:
        print(study_text(result))
    return 0


def _say_before(spec: Any, arguments: argparse.Namespace) -> None:
    """Say what the study cannot show, before it is run; beside plain data, not among them."""
    from moeviz.cli.study_text import notices_text

    text = notices_text(spec)
    if text:
        print(text, file=sys.stderr if arguments.json else sys.stdout, flush=True)


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


def reach(arguments: argparse.Namespace) -> int:
    """Print information, predicted curves and reach of a study's design.

    Parameters
    ----------
    arguments : argparse.Namespace

    Raises
    ------
    MoevizError
        If there is no such study.
    """
    from moeviz.cli.study_text import reach_json, reach_text
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
