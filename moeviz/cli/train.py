"""The command ``train``: comparisons of routers in training, for people and for scripts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moeviz.cli.printing import print_json
from moeviz.cli.settings import settings
from moeviz.errors import SpecificationError

if TYPE_CHECKING:
    from moeviz.train.result import TrainingResult
    from moeviz.train.specification import Training


def add_train(parser: argparse.ArgumentParser) -> None:
    """Give the command its arguments.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The command's own.
    """
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="a preset, or a .json file with a result of before"
    )
    parser.add_argument("--list", action="store_true", help="list the presets (or give no name)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help="change a field"
    )
    parser.add_argument(
        "--methods", metavar="LINES", help="methods to compare, with ';' between them"
    )
    parser.add_argument("--text", type=Path, metavar="FILE", help="a plain text to learn")
    parser.add_argument("--store", type=Path, help="folder of finished blocks")
    parser.add_argument("--json", action="store_true", help="print plain data")


def train(arguments: argparse.Namespace, run: Callable[[Training], TrainingResult]) -> int:
    """Run a comparison to its end and print what it says; without a name, list the presets.

    Parameters
    ----------
    arguments : argparse.Namespace
    run : callable
        Runs it; blocks that are finished already are not computed again.

    Raises
    ------
    MoevizError
        If there is no such comparison, or it cannot be run.
    """
    if arguments.list or arguments.name is None:
        return _list(arguments.json)
    spec = specification(arguments)
    if sys.stderr.isatty():
        print(f"moeviz: {_size(spec)}", file=sys.stderr, flush=True)
    result = run(spec)
    if arguments.json:
        print_json(result.to_json())
    else:
        from moeviz.cli.train_text import result_text

        print(result_text(result))
    return 0


def specification(arguments: argparse.Namespace) -> Training:
    """Return what the arguments describe.

    Parameters
    ----------
    arguments : argparse.Namespace
        With ``name``, ``set``, ``methods`` and ``text``.

    Raises
    ------
    SpecificationError
        If there is no such preset, file or field, or a value is none of its field.
    """
    from moeviz.fields import read_texts
    from moeviz.train.fields import FIELDS
    from moeviz.train.presets import PRESETS
    from moeviz.train.specification import Training

    texts = settings(arguments.set)
    if arguments.methods is not None:
        lines = (line.strip() for line in arguments.methods.split(";"))
        texts["methods"] = "\n".join(filter(None, lines))
    own = None if arguments.text is None else _read(arguments.text, "text", _most_text())
    changes = read_texts(FIELDS.values(), texts)
    if not arguments.name.endswith(".json"):
        return PRESETS[arguments.name].build(changes, own)
    from moeviz.study.document import read_document
    from moeviz.train.text import MOST_DOCUMENT

    content = _read(Path(arguments.name), "file of a result", MOST_DOCUMENT)
    spec = Training.from_json(read_document(content, MOST_DOCUMENT))
    return Training.make(spec.name, {**spec.fields, **changes}, spec.own if own is None else own)


def _most_text() -> int:
    from moeviz.train.text import MOST_BYTES

    return MOST_BYTES


def _read(path: Path, what: str, most: int) -> bytes:
    """Return a file's bytes; of one that is too large, one more than is allowed."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SpecificationError(
            f"Expected a readable {what}, but {path.name[:60]} gave: {reason}."
        ) from None


def _size(spec: Training) -> str:
    from moeviz.train.plan import runs

    methods, seeds = len(spec.methods), spec["seeds"]
    domains = f" x {len(spec.domains)} domains" if len(spec.domains) > 1 else ""
    return (
        f"{len(runs(spec))} runs ({methods} methods x {seeds} seeds{domains}) of "
        f"{spec['steps']:,} steps"
    )


def _list(as_json: bool) -> int:
    from moeviz.train.presets import PRESETS

    if as_json:
        from moeviz.train.kept import kept_names

        listed: list[dict[str, Any]] = [
            {
                "name": preset.name, "title": preset.title, "asks": preset.asks,
                "about": preset.about, "paper": preset.paper,
                "tables": [table.source for table in preset.printed],
                "methods": [method.text for method in preset.build().methods],
                "values": dict(preset.values), "kept": preset.name in kept_names(),
            }
            for preset in PRESETS.values()
        ]  # fmt: skip
        print_json(listed)
        return 0
    for preset in PRESETS.values():
        spec = preset.build()
        print(f"{preset.name}: {preset.asks}")
        print(f"  {preset.about}")
        print(f"  {_size(spec)}: {'; '.join(method.text for method in spec.methods)}")
    return 0
