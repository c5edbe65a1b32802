"""The command ``protocols``: a published figure over start laws and ways to run its protocol."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from moeviz.cli.printing import print_json
from moeviz.errors import SpecificationError

if TYPE_CHECKING:
    from moeviz.study.protocol_kept import KeptMap
    from moeviz.study.protocol_map import ProtocolMap
    from moeviz.study.protocol_result import MapResult


def add_protocols(parser: argparse.ArgumentParser) -> None:
    """Give the command its arguments.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The command's own.
    """
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="a figure's preset (without one: list the maps)"
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--live", action="store_true", help="run the smaller map of the page, whatever is kept"
    )
    size.add_argument(
        "--full", action="store_true", help="run the whole map where none of today's is kept"
    )
    parser.add_argument(
        "--keep",
        action="store_true",
        help="run whole maps, those stale unless named, and keep them in the project",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="say what --keep would cost, and end"
    )
    parser.add_argument(
        "--markdown", action="store_true", help="print what the kept maps say, figure by figure"
    )
    parser.add_argument("--store", type=Path, help="folder of finished blocks")
    parser.add_argument("--json", action="store_true", help="print plain data")


def protocols(arguments: argparse.Namespace, run: Callable[[ProtocolMap], MapResult]) -> int:
    """Print what maps say, those that are kept or else run here; with ``--keep`` keep them.

    Parameters
    ----------
    arguments : argparse.Namespace
    run : callable
        Runs a map to its end; blocks that are finished already are not computed again.

    Raises
    ------
    SpecificationError
        If there is no such map.
    """
    from moeviz.study.protocol_kept import KeptMap, kept_map, map_names, named_map

    known = map_names()
    for name in arguments.names:
        if name not in known:
            raise SpecificationError(
                f"Expected a figure with printed slopes ({', '.join(known)}), but got "
                f"'{name[:60]}'."
            )
    if arguments.markdown:
        from moeviz.charts.protocol_table import maps_page

        print(maps_page(arguments.names), end="")
        return 0
    if arguments.keep or arguments.dry_run:
        return _keep(arguments.names, arguments.dry_run, run)
    if not arguments.names:
        return _list(arguments.json)
    found = []
    for name in arguments.names:
        kept = None if arguments.live else kept_map(name)
        if kept is None or not kept.fresh:
            result = run(named_map(name, "full" if arguments.full else "live"))
            kept = KeptMap(_today(), result.device, result)
        found.append(kept)
    return _print(found, arguments.json)


def _print(found: Sequence[KeptMap], as_json: bool) -> int:
    from moeviz.charts.protocol_table import map_json, map_text

    if as_json:
        made = [{"date": one.date, **map_json(one.result)} for one in found]
        print_json(made[0] if len(made) == 1 else made)
    else:
        print("\n\n".join(f"{map_text(one.result)}\n{_made(one)}" for one in found))
    return 0


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _made(found: KeptMap) -> str:
    minutes = found.result.seconds / 60
    return f"Computed {found.date} on {found.device}, {minutes:.1f} minutes of work."


def _states() -> dict[str, tuple[str, float]]:
    """Return by name how a kept map stands, and what the map costs in seconds of one core."""
    from moeviz.study.protocol_kept import kept_map, map_names, named_map
    from moeviz.study.protocol_plan import split_map

    found = {}
    for name in map_names():
        kept = kept_map(name)
        state = "not kept yet" if kept is None else "fresh" if kept.fresh else "stale"
        found[name] = (state, sum(block.cost for block in split_map(named_map(name))))
    return found


def _list(as_json: bool) -> int:
    states = _states()
    if as_json:
        print_json([{"name": n, "kept": s, "seconds": c} for n, (s, c) in states.items()])
        return 0
    for name, (state, cost) in states.items():
        print(f"{name:22s} {cost / 60:6.1f} min of one core in full  {state}")
    return 0


def _keep(names: Sequence[str], dry: bool, run: Callable[[ProtocolMap], MapResult]) -> int:
    from moeviz.study.protocol_kept import keep_map, named_map

    states = _states()
    wanted = list(names) or [name for name, (state, _) in states.items() if state != "fresh"]
    for name in wanted:
        state, cost = states[name]
        print(f"{name:22s} {cost / 60:6.1f} min of one core  {state}", flush=True)
    if not wanted:
        print("Nothing is stale.")
    for name in [] if dry else wanted:
        print(f"{name} ...", flush=True)
        result = run(named_map(name))
        path = keep_map(result, _today(), result.device)
        print(f"{name}: {result.seconds:.0f} s, {path.stat().st_size:,} bytes", flush=True)
    return 0
