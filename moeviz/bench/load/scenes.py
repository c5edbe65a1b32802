"""The three scenes of a load test: what a class does, and what is asked of the server meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from moeviz.bench.load.judged import (
    ANSWER_SECONDS,
    HEALTH_SECONDS,
    SPEED,
    Verdict,
    at_least,
    at_most,
    none_of,
    speed,
    without_own,
)
from moeviz.bench.load.probes import Probe, probing
from moeviz.bench.pages import Served, percentile, visited
from moeviz.study import PRESETS, Specification


@dataclass(frozen=True)
class Scene:
    """One scene.

    Attributes
    ----------
    name : str
        As ``python -m moeviz.ui.crowd`` takes it.
    words : str
    preset : str
        Of the form with which everybody begins.
    fields : dict
        What the form says besides.
    """

    name: str
    words: str
    preset: str
    fields: Mapping[str, Any]

    @property
    def spec(self) -> Specification:
        """The study that the form describes at first."""
        return PRESETS[self.preset].build(self.fields)

    def link(self) -> str:
        """Return the query of the lab's link to the form."""
        named = {field.name: field for field in PRESETS[self.preset].fields}
        said = {name: named[name].write(value) for name, value in self.fields.items()}
        return urlencode({"preset": self.preset, **said})


OWN = Scene("own", "each with small studies of their own now and then", "lab", {})

SAME = Scene(
    "same",
    "all ask for the same study, four times over",
    "lab",
    {"sizes": (300, 1000, 3162, 10_000, 31_623), "replicates": 100, "seed": 41},
)

# Sizes that hardly differ, so that each stretch of the study is as much work as any other.
WATCHED = Scene(
    "watched",
    "all watch one study that runs",
    "cosine-exact",
    {"sizes": tuple(range(300_000, 300_016)), "replicates": 400, "candidates": 2, "seed": 43},
)

SCENES = {scene.name: scene for scene in (OWN, SAME, WATCHED)}
"""In the order in which they are played; the last one leaves a study that runs."""


@dataclass(frozen=True)
class Asked:
    """How long a scene goes on, and for how many."""

    visitors: int
    seconds: float
    think: float


def play(served: Served, scene: Scene, asked: Asked) -> tuple[dict[str, Any], Probe]:
    """Have a class play a scene, and return what it met and what was measured beside it.

    Parameters
    ----------
    served : Served
    scene : Scene
    asked : Asked

    Raises
    ------
    ServerError
        If the visitors were not answered at all.
    """
    with probing(served) as probe:
        met = visited(
            served, scene.name, "--study", scene.link(), "--visitors", str(asked.visitors),
            "--seconds", str(asked.seconds), "--think", str(asked.think),
        )  # fmt: skip
    return met, probe


def figures(met: Mapping[str, Any], probe: Probe, visitors: int) -> dict[str, Any]:
    """Return a scene's figures.

    Parameters
    ----------
    met : mapping
        What the class met, as :func:`moeviz.ui.crowd.scenes.play` returns it.
    probe : Probe
    visitors : int
    """
    answers = met["answers"]
    changes = [each for each in answers if each["what"] != "end"]
    right = [each for each in changes if not each["error"]]
    raw, taken = sorted(each["seconds"] for each in changes), sorted(without_own(changes))
    after_ends = sorted(without_own(each for each in answers if each["what"] == "end"))
    health = sorted(probe.health)
    asked = len(answers) + visitors
    return {
        "answers": len(right),
        "tries": len(changes),
        "kinds": dict(Counter(each["what"] for each in answers)),
        "errors": errors(met, probe),
        "seconds": {
            "p50": percentile(taken, 0.5), "p95": percentile(taken, 0.95),
            "p50_as_met": percentile(raw, 0.5), "p95_as_met": percentile(raw, 0.95),
            "worst_as_met": max(raw, default=float("nan")),
            "p95_after_ends": percentile(after_ends, 0.95),
        },
        "health": {
            "asked": len(probe.health), "p95": percentile(health, 0.95),
            "worst": max(probe.health, default=float("nan")),
        },
        "streams": {
            name: met[name] for name in ("streams", "ended", "messages", "bytes", "versions")
        },
        "processor": {
            "server": probe.server, "workers": probe.workers,
            "clients": met["processor_seconds"], "server_per_run": probe.server / asked,
            "others_share": probe.others, "wall": probe.seconds,
        },
        "server": [asdict(use) for use in (probe.uses[:1] + probe.uses[-1:])],
    }  # fmt: skip


def errors(met: Mapping[str, Any], probe: Probe) -> list[str]:
    """Return all that went wrong in a scene, in words.

    Parameters
    ----------
    met : mapping
    probe : Probe
    """
    wrong = [f"{each['what']}: {each['error']}" for each in met["answers"] if each["error"]]
    unhealthy = [f"health: {each}" for each in probe.unhealthy]
    return [*wrong, *met["broken"], *unhealthy]


def verdicts(scene: Scene, found: Mapping[str, Any]) -> list[Verdict]:
    """Return the verdicts that every scene has.

    Parameters
    ----------
    scene : Scene
    found : mapping
        As :func:`figures` returns it.
    """
    each = f"{scene.name}, "
    seconds, kinds = found["seconds"], sum(found["kinds"].values())
    return [
        at_most(f"{each}p95 from change to answer", seconds["p95"], ANSWER_SECONDS, "s"),
        at_most(f"{each}p95 of the health address", found["health"]["p95"], HEALTH_SECONDS, "s"),
        none_of(f"{each}errors", found["errors"], kinds + found["health"]["asked"]),
    ]


def speed_verdict(met: Mapping[str, Any], written: list[tuple[float, float]]) -> Verdict:
    """Return the verdict on the speed of the study that was watched.

    Parameters
    ----------
    met : mapping
    written : list of (float, float)
        When its blocks were kept, and how much work each was.
    """
    marks = met["marks"]
    ended = not written or max(at for at, _ in written) < marks["after"][1] - 5.0
    if ended:
        said = "the study had ended before, or had not begun"
        return Verdict("watched, speed of the study", f"at least {SPEED:g}", said, None)
    share = speed(written, marks)
    return at_least("watched, speed of the study beside unwatched", share, SPEED, "")
