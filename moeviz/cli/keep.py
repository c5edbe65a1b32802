"""The command that keeps full-size results in the project: what it will cost, and what is stale."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moeviz.study import Preset, Result
    from moeviz.train.presets import TrainingPreset

FRESH = "fresh"


@dataclass(frozen=True)
class KeptState:
    """How a preset's kept result stands.

    Attributes
    ----------
    name : str
        The preset's.
    spec : Specification or Training
        What is run today.
    state : str
        ``"fresh"``, or why it has to be computed again.
    cost : float
        Estimated seconds of one core.
    keep : callable
        Keeps a result: of its name, the result, its date and its device it makes a file.
    """

    name: str
    spec: Any
    state: str
    cost: float
    keep: Callable[[str, Any, str, str], Path]


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
    parser.add_argument(
        "--predictions",
        action="store_true",
        help="fit nothing; add what is predicted of protocols to kept results that lack it",
    )
    parser.add_argument(
        "--unfinished",
        action="store_true",
        help="add what protocols have left to do to kept results that lack it; this runs them "
        "again on some data sets, and the converged estimator after them",
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
    from moeviz.study.kept import keep, kept_result

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
    cost = sum(block.cost for block in plan(spec).blocks)
    return KeptState(preset.name, spec, state, cost, keep)


def training_standing(preset: TrainingPreset) -> KeptState:
    """Return how the kept result of a training preset stands, beside what it would cost.

    A text differs between versions of Python; a result that learned another one stays.

    Parameters
    ----------
    preset : TrainingPreset
    """
    from moeviz.train.cost import seconds_with
    from moeviz.train.kept import keep, kept

    spec, found = preset.build(), kept(preset.name)
    state = FRESH
    if found is None:
        state = "not kept yet"
    elif found.result.spec.fields != spec.fields:
        state = "stale: the preset has changed since"
    elif not found.result.complete:
        state = "stale: not all of its runs have ended"
    return KeptState(preset.name, spec, state, seconds_with(spec, 1), keep)


def keep_results(arguments: argparse.Namespace, run: Callable[[Any], Any]) -> int:
    """Run studies at their full size, and trainings, and keep the results in the project.

    Parameters
    ----------
    arguments : argparse.Namespace
        With ``names``, ``all``, ``starts``, ``unfinished``, ``predictions`` and ``dry_run``.
    run : callable
        Runs a study or a training to its end.

    Raises
    ------
    UnknownNameError
        If a name is not that of a preset.
    """
    from moeviz.study import PRESETS
    from moeviz.study.curve_kinds import STARTS, UNFINISHED
    from moeviz.train.kept import kept_names
    from moeviz.train.presets import PRESETS as TRAININGS

    asked = list(dict.fromkeys(arguments.names))
    trained = [name for name in asked or kept_names() if name in TRAININGS]
    names = [name for name in asked if name not in TRAININGS] if asked else _to_be_kept()
    chosen = [PRESETS[name] for name in names]
    if arguments.starts:
        said = "the curves of its starts are missing"
        return _add_kind(names, arguments.dry_run, STARTS, said)
    if arguments.unfinished:
        said = "what its protocols have left to do is missing"
        return _add_kind(names, arguments.dry_run, UNFINISHED, said)
    if arguments.predictions:
        return _add_predictions(names, arguments.dry_run)
    found = [standing(preset) for preset in chosen]
    found += [training_standing(TRAININGS[name]) for name in trained]
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
        path = each.keep(each.name, result, datetime.now(UTC).date().isoformat(), result.device)
        print(f"{each.name}: {result.seconds:.0f} s, {path.stat().st_size:,} bytes", flush=True)
    return 0


def _add_kind(names: Sequence[str], dry: bool, kind: str, said: str) -> int:
    """Add the curves of one kind to kept results of protocols; what was fitted stays."""
    from moeviz.study.completed import lacks, seconds_of, with_kind

    def cost(result: Result) -> str:
        return f", about {_minutes(seconds_of(result, kind))} of one core"

    return _add(
        names,
        dry,
        lambda result: lacks(result, kind),
        lambda result: with_kind(result, kind),
        said,
        cost,
    )


def _add_predictions(names: Sequence[str], dry: bool) -> int:
    """Add what is predicted of protocols to kept results; what was fitted stays."""
    from moeviz.study.completed import lacks_predictions, with_predictions

    said = "what is predicted of its protocols is missing"
    return _add(names, dry, lacks_predictions, with_predictions, said)


def _add(
    names: Sequence[str],
    dry: bool,
    lacks: Callable[[Result], bool],
    complete: Callable[[Result], Result],
    said: str,
    cost: Callable[[Result], str] = lambda result: "",
) -> int:
    """Complete kept results that lack something, and keep them under their own date."""
    from moeviz.study.kept import keep, kept_result

    missing = False
    for name in names:
        kept = kept_result(name)
        if kept is None or not lacks(kept.result):
            continue
        missing = True
        print(f"{name}: {said}{cost(kept.result)}", flush=True)
        if not dry:
            keep(name, complete(kept.result), kept.date, kept.device)
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
