"""Designs whose information is shown: the truths of every preset's kept result, each model once."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import torch

from moeviz.model import Mixture
from moeviz.study import PRESETS, Specification
from moeviz.study.kept import kept_names, kept_result
from moeviz.study.models import planned_fits
from moeviz.theory.sight import Setup, Sight, sight

FIRST = "cosine-exact.1"
"""The design that is shown at first."""


@dataclass(frozen=True, eq=False)
class Seen:
    """A design: the model that made a study's data, at its truth, fitted with as many experts.

    Attributes
    ----------
    name, title : str
    preset : str
    setup : Setup
    reach : float or None
        As the study reports it; infinity for no end, None where no study says it.
    study : Specification or None
        The study that it is of, where that is none of a preset as it is.
    """

    name: str
    title: str
    preset: str
    setup: Setup
    reach: float | None = None
    study: Specification | None = None

    @property
    def pair(self) -> tuple[int, int] | None:
        """The two experts that are nearest to each other and differ; None where none do."""
        atoms = range(self.setup.layout.atoms)
        apart = {pair: self.setup.distance(*pair) for pair in itertools.combinations(atoms, 2)}
        differ = {pair: far for pair, far in apart.items() if far > 0}
        return min(differ, key=differ.__getitem__) if differ else None

    @property
    def noise(self) -> float | None:
        """The noise's standard deviation; None where it is a parameter, or there is none."""
        return getattr(self.setup.mixture.output, "noise", None)


@dataclass(frozen=True)
class Moved:
    """How far a design is moved, each as a power of 2.

    Attributes
    ----------
    spread, noise, apart : float
        Of the inputs' range, the noise, and the distance of the design's pair of experts.
    """

    spread: float = 0.0
    noise: float = 0.0
    apart: float = 0.0

    def of(self, seen: Seen) -> Setup:
        """Return the design as moved; what it has not is left alone.

        Parameters
        ----------
        seen : Seen
        """
        setup = seen.setup
        if self.spread:
            middle, half = (setup.low + setup.high) / 2, (setup.high - setup.low) / 2
            half *= 2.0**self.spread
            setup = setup.over(middle - half, middle + half)
        if self.noise and seen.noise is not None:
            setup = setup.with_noise(seen.noise * 2.0**self.noise)
        if self.apart and seen.pair is not None:
            far = setup.distance(*seen.pair) * 2.0**self.apart
            setup = setup.with_distance(*seen.pair, far)
        return setup


@lru_cache(maxsize=1)
def designs_seen() -> Mapping[str, Seen]:
    """Return the designs by their names, a preset's name and the place of a fit."""
    found: dict[str, Seen] = {}
    known: set[object] = set()
    for preset in PRESETS:
        if preset not in kept_names():
            continue
        kept = kept_result(preset)
        if kept is None:
            continue
        fields = kept.result.spec.fields
        for report, fit in zip(kept.result.truth, planned_fits(fields), strict=True):
            mark = (fit.source, report.truth, fields["low"], fields["high"])
            if mark in known:
                continue
            known.add(mark)
            layout = fit.source.layout(fields["true_atoms"], fields["dimension"])
            theta = torch.tensor(report.truth, dtype=torch.float64).flatten()
            setup = Setup(fit.source, theta, layout, fields["low"], fields["high"])
            title = f"{preset}: {parts_words(fit.source)}"
            name = f"{preset}.{report.fit}"
            reach = None if report.null is None else report.reach or math.inf
            found[name] = Seen(name, title, preset, setup, reach)
    return found


def parts_words(mixture: Mixture) -> str:
    """Return what a model is made of, as ``cosine router, softmax, ReLU``.

    Parameters
    ----------
    mixture : Mixture
    """
    return ", ".join(part.title for part in (mixture.score, mixture.gate, mixture.expert))


@lru_cache(maxsize=128)
def look(seen: Seen, moved: Moved, quick: bool) -> Sight:
    """Return what a design can see once it is moved.

    Parameters
    ----------
    seen : Seen
    moved : Moved
    quick : bool
        Whether over few nodes, while a hand moves.
    """
    if moved.noise and seen.noise is not None:
        return look(seen, replace(moved, noise=0.0), quick).noisier(2.0**moved.noise)
    return sight(moved.of(seen), quick)


@lru_cache(maxsize=1)
def published() -> tuple[tuple[str, float], ...]:
    """Return the designs of the papers' figures with their reach, infinity where there is none.

    Of models that share a figure the one with the shortest reach stands for it.
    """
    shortest: dict[str, float] = {}
    for seen in designs_seen().values():
        paper, mark, figure = seen.preset.partition("-fig")
        if mark and seen.reach is not None:
            label = f"{paper} {figure}"
            shortest[label] = min(seen.reach, shortest.get(label, math.inf))
    return tuple(sorted(shortest.items(), key=lambda item: item[1]))
