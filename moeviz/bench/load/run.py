"""A load test from start to end: a fresh server, three scenes, and numbers computed again."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from moeviz.bench.load.equal import (
    PART,
    Kept,
    by_command,
    by_engine,
    kept_studies,
    screen_digest,
    unlike,
)
from moeviz.bench.load.judged import ONCE, Verdict, at_most, none_of
from moeviz.bench.load.probes import Probe, machine
from moeviz.bench.load.scenes import (
    SAME,
    SCENES,
    WATCHED,
    Asked,
    Scene,
    figures,
    play,
    speed_verdict,
    verdicts,
)
from moeviz.bench.pages import Served, ServerError, served
from moeviz.engine import Store
from moeviz.study import Result


def load(names: Collection[str], asked: Asked) -> dict[str, Any]:
    """Play scenes on a fresh server, and judge them.

    Parameters
    ----------
    names : collection of str
        Which scenes.
    asked : Asked

    Returns
    -------
    dict
        ``machine``, ``asked``, ``scenes`` with figures by name, and ``verdicts``.

    Raises
    ------
    ServerError
        If the server does not start.
    """
    facts, found, judged = machine(), {}, []
    with tempfile.TemporaryDirectory() as home:
        with served(Path(home) / "server") as server:
            server.settle()
            tried = {name: _play(server, name, asked) for name in SCENES if name in names}
        played = {name: one for name, one in tried.items() if one is not None}
        kept = kept_studies(Store(Path(home) / "server"))
        say("computing the studies again ...")
        own = {job: study for job, study in kept.items() if study.spec.name != WATCHED.preset}
        again = by_engine([study.spec for study in own.values()], Path(home) / "again")
        numbers = {job: each.numbers() for job, each in _kept(Path(home) / "again").items()}
        for name, (met, probe) in played.items():
            scene = SCENES[name]
            found[name] = figures(met, probe, asked.visitors)
            judged += verdicts(scene, found[name])
            theirs = {job: study for job, study in kept.items() if _is_of(scene, study, met)}
            if scene is WATCHED:
                judged += _of_watched(theirs, met, Path(home) / "part")
            else:
                judged += _of_results(scene, theirs, met, again, numbers, Path(home) / name)
            if scene is SAME:
                judged += _of_same(theirs, probe)
    missed = [name for name in names if name not in played]
    judged += [Verdict(name, "that it can be played", "it broke off", None) for name in missed]
    return {
        "machine": facts,
        "asked": asdict(asked),
        "scenes": found,
        "verdicts": [asdict(each) for each in judged],
    }


def say(words: str) -> None:
    """Say what is going on, beside the figures."""
    print(f"moeviz: {words}", file=sys.stderr, flush=True)


def _play(server: Served, name: str, asked: Asked) -> tuple[dict[str, Any], Probe] | None:
    say(f"{name}: {asked.visitors} visitors for {asked.seconds:g} s, {SCENES[name].words} ...")
    try:
        return play(server, SCENES[name], asked)
    except ServerError as error:
        say(str(error))
        return None


def _kept(home: Path) -> dict[str, Kept]:
    store = Store(home)
    try:
        return kept_studies(store)
    finally:
        store.close()


def _is_of(scene: Scene, study: Kept, met: Mapping[str, Any]) -> bool:
    if scene is WATCHED:
        return study.spec.name == WATCHED.preset
    same = study.spec["seed"] == SAME.fields["seed"] and study.spec.name == SAME.preset
    return study.spec.name != WATCHED.preset and same == (scene is SAME)


def _of_results(
    scene: Scene,
    theirs: Mapping[str, Kept],
    met: Mapping[str, Any],
    again: Mapping[str, Result],
    numbers: Mapping[str, Mapping[str, str]],
    home: Path,
) -> list[Verdict]:
    """Return whether all results are those of the command line, and all pictures theirs."""
    wrong = [job for job, study in theirs.items() if study.numbers() != numbers.get(job)]
    first = next(iter(theirs.values()), None)
    if first is not None and by_command(first.spec, home, len(first.results)) != first.numbers():
        wrong.append(f"{first.spec.hash} beside `python -m moeviz study`")
    screens = [
        job
        for job, names in met["screens"].items()
        if names != [screen_digest(again[job], theirs[job].spec)]
    ]
    return [
        none_of(f"{scene.name}, results unlike the command line's", wrong, len(theirs)),
        none_of(f"{scene.name}, last pictures unlike those", screens, len(met["screens"])),
    ]


def _of_same(theirs: Mapping[str, Kept], probe: Probe) -> list[Verdict]:
    """Return whether what all asked for was computed once."""
    blocks = [block for study in theirs.values() for block in study.results.values()]
    alone = sum(float(block.get("seconds", 0.0)) for block in blocks)
    jobs = Verdict("same, studies computed", "4", str(len(theirs)), len(theirs) == 4)
    share = probe.workers / alone if alone else float("nan")
    return [jobs, at_most("same, workers' processor time, of what the blocks say", share, ONCE, "")]


def _of_watched(theirs: Mapping[str, Kept], met: Mapping[str, Any], home: Path) -> list[Verdict]:
    """Return whether the watched study was fast, and its blocks are those of the command line."""
    study = next(iter(theirs.values()), None)
    if study is None:
        return [Verdict("watched, the study", "that it runs", "it did not begin", False)]
    part = by_command(study.spec, home, PART)
    both = len(part.keys() & study.results.keys())
    return [
        speed_verdict(met, study.written),
        none_of("watched, blocks unlike the command line's", unlike(study.numbers(), part), both),
        none_of("watched, versions told in two ways", ["x"] * met["told_twice"], met["versions"]),
    ]
