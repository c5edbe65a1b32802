"""The command that keeps full-size results in the project: what it will cost, and what is stale."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moeviz.study import Preset, Result, Specification

FRESH = "fresh"


@dataclass(frozen=True)
class KeptState:
    """How a preset's kept result stands.

    Attributes
    ----------
    name : str
        The preset's.
    spec : Specification
        What is run today.
    state : str
        ``"fresh"``, or why it has to be computed again.
    cost : float
        Estimated seconds of one core.
    """

    name: str
    spec: Specification
    state: str
    cost: float


def add_keep(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes.

    Parameters
    ----------
    parser : argparse.ArgumentParser
    """
    parser.add_argument("names", nargs="*", metavar="NAME", help="presets (default: those stale)")
    parser.add_argument("--all", action="store_true", help="also those that are fresh")
    parser.add_argument(
        "--starts",
        action="store_true",
        help="fit nothing; add the curves of protocols' starts to kept results that lack them",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what it would cost, and end")


def standing(preset: Preset) -> KeptState:
    """Return how a preset's kept result stands, beside what it would cost.

    Parameters
    ----------
    preset : Preset
    """
    from moeviz.charts.notices import older_words
    from moeviz.study import plan
    from moeviz.study.kept import kept_result

    spec = preset.build(preset.at_size(preset.sizes[-1]))
    kept = kept_result(preset.name)
    if kept is None:
        state = "not kept yet"
    elif older_words(kept.result.spec):
        state = f"stale: computed with version {kept.result.spec.numbers} of the arithmetic"
    elif kept.result.spec.hash != spec.hash:
        state = "stale: the preset has changed since"
    else:
        state = FRESH
    return KeptState(preset.name, spec, state, sum(block.cost for block in plan(spec).blocks))


def keep_results(arguments: argparse.Namespace, run: Callable[[Specification], Result]) -> int:
    """Run studies at their full size and keep the results in the project.

    Parameters
    ----------
    arguments : argparse.Namespace
        With ``names``, ``all``, ``starts`` and ``dry_run``.
    run : callable
        Runs a study to its end.

    Raises
    ------
    UnknownNameError
        If a name is not that of a preset.
    """
    from moeviz.study import PRESETS
    from moeviz.study.kept import keep

    names = list(dict.fromkeys(arguments.names)) or _to_be_kept()
    chosen = [PRESETS[name] for name in names]
    if arguments.starts:
        return _add_starts(names, arguments.dry_run)
    found = [standing(preset) for preset in chosen]
    wanted = [k for k in found if arguments.names or arguments.all or k.state != FRESH]
    for each in found:
        again = ", but asked for" if each in wanted and each.state == FRESH else ""
        print(f"{each.name:26s} {_minutes(each.cost):>8s} of one core  {each.state}{again}")
    total = sum(each.cost for each in wanted)
    verb = "Would compute" if arguments.dry_run else "To compute"
    print(f"{verb}: {len(wanted)} of {len(found)}, about {_minutes(total)} of one core.")
    if not wanted and not arguments.dry_run:
        print("Nothing is stale; `keep --all` computes everything again.")
    for each in [] if arguments.dry_run else wanted:
        print(f"{each.name} ...", flush=True)
        result = run(each.spec)
        path = keep(each.name, result, datetime.now(UTC).date().isoformat(), result.device)
        print(f"{each.name}: {result.seconds:.0f} s, {path.stat().st_size:,} bytes", flush=True)
    return 0


def _add_starts(names: Sequence[str], dry: bool) -> int:
    """Add what nobody's training shows to kept results of protocols; what was fitted stays."""
    from moeviz.study import plan
    from moeviz.study.completed import with_starts
    from moeviz.study.kept import keep, kept_result

    missing = False
    for name in names:
        kept = kept_result(name)
        if kept is None or len(kept.result.curves) == len(plan(kept.result.spec).curves):
            continue
        missing = True
        print(f"{name}: the curves of its starts are missing", flush=True)
        if not dry:
            keep(name, with_starts(kept.result), kept.date, kept.device)
    if not missing:
        print("Nothing is missing.")
    return 0


def _to_be_kept() -> list[str]:
    """Return the presets that come with a kept result, or ought to: those of a larger size."""
    from moeviz.study import PRESETS
    from moeviz.study.kept import kept_names

    kept = kept_names()
    return [name for name, preset in PRESETS.items() if preset.full or name in kept]


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
