"""The command line: presets, studies, reach and benchmarks, for people and for scripts."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from moeviz.errors import MoevizError, SpecificationError

SPEC_BYTES = 200_000
"""Largest specification file that is read."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        Words of the command; by default those the program was started with.

    Returns
    -------
    int
        0 on success, 2 when the command cannot be carried out as given, 130 when interrupted.
    """
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except MoevizError as error:
        print(f"moeviz: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("moeviz: interrupted; finished blocks are kept.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m moeviz", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    presets = commands.add_parser("presets", help="list the named studies and their fields")
    presets.set_defaults(run=_presets)

    study = commands.add_parser("study", help="run a study to its end and print the result")
    _which_study(study)
    study.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    study.add_argument("--workers", type=int, help="worker processes (default: one per core)")
    study.add_argument("--scheduler", help="address of a running Dask scheduler")
    study.add_argument("--store", type=Path, help="folder of finished blocks")
    study.add_argument("--csv", type=Path, help="also write every replicate to this file")
    study.set_defaults(run=_study)

    reach = commands.add_parser("reach", help="information, predicted curves and reach")
    _which_study(reach)
    reach.set_defaults(run=_reach)

    bench = commands.add_parser("bench", help="measure speed, with peers beside it")
    bench.add_argument("names", nargs="*", metavar="NAME", help="benchmarks (default: all)")
    bench.add_argument("--json", action="store_true", help="print plain data")
    bench.set_defaults(run=_bench)
    presets.add_argument("--json", action="store_true", help="print plain data")
    return parser


def _which_study(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", help="a preset; see `presets`")
    parser.add_argument("--spec", type=Path, help="a specification file instead of a preset")
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help="change a field"
    )
    parser.add_argument("--json", action="store_true", help="print plain data")


def _specification(arguments: argparse.Namespace) -> Any:
    """Return the specification that the arguments name, before any other work is done."""
    from moeviz.study import PRESETS, Specification

    texts: dict[str, str] = {}
    for setting in arguments.set:
        name, separator, value = setting.partition("=")
        if not separator:
            raise SpecificationError(f"Expected --set FIELD=VALUE, but got '{setting[:40]}'.")
        texts[name.strip()] = value
    if arguments.spec is not None:
        spec = Specification.from_json(_read_json(arguments.spec))
        if not texts:
            return spec
        preset = PRESETS["lab"]
        return Specification.make(spec.name, {**spec.fields, **preset.parse(texts)})
    if arguments.name is None:
        raise SpecificationError(
            f"Expected the name of a study ({', '.join(PRESETS)}) or --spec FILE, but got neither."
        )
    preset = PRESETS[arguments.name]
    return preset.build(preset.parse(texts))


def _read_json(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            content = file.read(SPEC_BYTES + 1)
    except OSError as error:
        raise SpecificationError(
            f"Expected a readable specification file, but {path.name} gave: {error.strerror}."
        ) from None
    if len(content) > SPEC_BYTES:
        raise SpecificationError(
            f"Expected a specification file of at most {SPEC_BYTES:,} bytes, but {path.name} is "
            "larger."
        )
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise SpecificationError(
            f"Expected a specification as JSON, but {path.name} is not JSON."
        ) from None


def _presets(arguments: argparse.Namespace) -> int:
    from moeviz.study import PRESETS

    if arguments.json:
        _print_json([_preset_json(preset) for preset in PRESETS.values()])
        return 0
    for preset in PRESETS.values():
        print(f"{preset.name}: {preset.title}\n  {preset.summary}")
        for field in preset.fields:
            print(f"    {field.name} = {field.write(field.default)}   {field.help}")
    return 0


def _preset_json(preset: Any) -> dict[str, Any]:
    return {
        "name": preset.name,
        "title": preset.title,
        "summary": preset.summary,
        "fields": [
            {
                "name": field.name,
                "label": field.label,
                "symbol": field.symbol,
                "kind": field.kind,
                "default": field.default,
                "low": field.low if field.low > float("-inf") else None,
                "high": field.high if field.high < float("inf") else None,
                "choices": list(field.choices),
                "help": field.help,
            }
            for field in preset.fields
        ],
    }


def _study(arguments: argparse.Namespace) -> int:
    spec = _specification(arguments)
    from moeviz.engine import Engine, EngineError, Store

    with Engine(
        store=Store(arguments.store) if arguments.store else None,
        scheduler=arguments.scheduler,
        workers=arguments.workers,
        device=arguments.device,
    ) as engine:
        job = engine.submit(spec)
        try:
            snapshot = engine.wait(job, on_change=_progress)
        finally:
            _end_progress()
    if snapshot.state != "done":
        raise EngineError(snapshot.message)
    result = snapshot.result()
    if arguments.csv is not None:
        _write_csv(arguments.csv, result)
    if arguments.json:
        _print_json(result)
    else:
        _print_study(result)
    return 0


def _progress(snapshot: Any) -> None:
    if sys.stderr.isatty():
        left = snapshot.seconds_left
        rest = "" if left is None else f", about {left:.0f} s left"
        print(f"\r{snapshot.done} of {snapshot.total} blocks{rest}   ", end="", file=sys.stderr)


def _end_progress() -> None:
    if sys.stderr.isatty():
        print(file=sys.stderr)


def _write_csv(path: Path, result: dict[str, Any]) -> None:
    from moeviz.charts.table import replicates_csv

    try:
        path.write_text(replicates_csv(result), encoding="utf-8")
    except OSError as error:
        raise SpecificationError(
            f"Expected a file that can be written, but {path.name} gave: {error.strerror}."
        ) from None


def _print_study(result: dict[str, Any]) -> None:
    print(f"{result['spec']['preset']}  {result['hash']}  {result['seconds']:.1f} s")
    for router, value in (result["truth"]["reach"] if result["truth"] else {}).items():
        print(f"reach of the design with the {router} router: {_number(value)}")
    for curve in result["curves"]:
        print(f"\n{curve['label']} ({curve['loss_name']})")
        predicted = curve["predicted"] or [None] * len(curve["n"])
        for n, mean, median, line, status in zip(
            curve["n"], curve["mean"], curve["median"], predicted, curve["status"], strict=True
        ):
            shown = ", ".join(f"{count} {kind}" for kind, count in status.items() if count)
            print(
                f"  n = {n:>8}  mean {mean:.4g}  median {median:.4g}  "
                f"predicted {_number(line)}  {shown}"
            )
        print(f"  {curve['in_words']}")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _reach(arguments: argparse.Namespace) -> int:
    from moeviz.study import plan_curves, run_block, split

    spec = _specification(arguments)
    blocks = [block for block in split(spec) if block.kind == "information"]
    curves = plan_curves(spec)
    rows = []
    for block in blocks:
        found = run_block(spec, block)
        rows.append(
            {
                "router": spec["routers"][block.fit],
                "reach": found["reach"],
                "total_error_constant": found["total_error_constant"],
                "spectrum": found["spectrum"],
                "null_directions": found["null"],
                "gauge_directions": found["gauge"],
                "predicted": [
                    {
                        "label": curves[int(index)].label,
                        "loss_name": curves[int(index)].reading.loss,
                        "constant": constant,
                        "n": list(spec["sizes"]),
                        "loss": None
                        if constant is None
                        else [constant / n**0.5 for n in spec["sizes"]],
                    }
                    for index, constant in found["constants"].items()
                ],
            }
        )
        truth = found["truth"]
    if arguments.json:
        _print_json({"spec": spec.to_json(), "hash": spec.hash, "truth": truth, "routers": rows})
        return 0
    for row in rows:
        print(f"{row['router']}: reach {_number(row['reach'])}")
        print(
            f"  information: {row['null_directions']} null directions, "
            f"{row['gauge_directions']} of them declared as gauge"
        )
        for curve in row["predicted"]:
            print(f"  {curve['label']}: {_number(curve['constant'])} / sqrt(n)")
    return 0


def _bench(arguments: argparse.Namespace) -> int:
    from moeviz.bench import run_benchmarks

    rows = run_benchmarks(arguments.names)
    if arguments.json:
        _print_json(rows)
        return 0
    for row in rows:
        ratio = "-" if row["ratio"] is None else f"{row['ratio']:.2f}"
        print(f"{row['name']}: {row['work']}")
        print(
            f"  ours {row['ours_seconds']:.3f} s, {row['peer']} {row['peer_seconds']:.3f} s, "
            f"ratio {ratio}"
        )
    return 0


def _print_json(data: Any) -> None:
    try:
        json.dump(data, sys.stdout, indent=1, allow_nan=False)
        print(flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
