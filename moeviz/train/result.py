"""What is known of a comparison, finished or not: curves, final numbers, paired differences."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moeviz.errors import SpecificationError
from moeviz.train.measure import CURVES, FINAL, SPEEDS, Measure, measure_of
from moeviz.train.paired import Difference, paired
from moeviz.train.plan import Run, runs, stretch_id
from moeviz.train.printed import printed
from moeviz.train.readings import Record, at_name, median, reached, read
from moeviz.train.specification import Training
from moeviz.train.tasks import make_task

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """A number along the steps.

    Attributes
    ----------
    steps : ndarray of int, shape (P,)
        The checkpoints.
    values : ndarray, shape (domains, seeds, P)
        NaN where a checkpoint has not been reached or a run has diverged.
    """

    steps: NDArray[np.int64]
    values: Numbers

    @property
    def mean(self) -> Numbers:
        """Over domains and seeds, as far as all are there, shape (P,)."""
        return np.asarray(self.values.mean((0, 1)))


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """A comparison as far as it has been computed.

    Attributes
    ----------
    spec : Training
    device : str
        Where it was computed.
    seconds : float
        How long.
    complete : bool
        Whether every run has ended.
    records : mapping of Run to sequence of mapping
        What each run's checkpoints said, as far as they are there.
    baseline : float or None
        What a simple model reaches, in the measure's unit.
    """

    spec: Training
    device: str
    seconds: float
    complete: bool
    records: Mapping[Run, Sequence[Record]]
    baseline: float | None

    @property
    def measure(self) -> Measure:
        """By which number methods are compared."""
        return measure_of(self.spec)

    @property
    def steps(self) -> NDArray[np.int64]:
        """The checkpoints, shape (P,)."""
        return np.array(self.spec.steps_at, dtype=np.int64)

    @property
    def seeds(self) -> range:
        """What the runs are drawn from."""
        return range(self.spec["seed"], self.spec["seed"] + self.spec["seeds"])

    @property
    def known(self) -> bool:
        """Whether the true gate is known, so that routers can be scored against it."""
        looks = (record.get("look") for own in self.records.values() for record in own[:1])
        layers = (layer for look in looks if look for layer in look["layers"])
        return any(layer.get("truth") for layer in layers)

    @property
    def reached(self) -> int:
        """How many checkpoints every run has reached."""
        return min((len(records) for records in self.records.values()), default=0)

    def of(self, method: int, domain: int, seed: int) -> Sequence[Record]:
        """Return what the checkpoints of a run said, as far as they are there."""
        return self.records.get(Run(method, seed, domain), ())

    def curve(self, method: int, what: str = "held_out") -> Curve:
        """Return a number along the steps.

        Parameters
        ----------
        method : int
            Its place among the specification's.
        what : {"held_out", "accuracy", "validation", "train"}
            Loss on what is held out; accuracy under the domain left out, or in the domains that
            are learned; mean loss of the steps since the checkpoint before.

        Raises
        ------
        SpecificationError
            If there is no such curve.
        """
        if what not in CURVES:
            raise SpecificationError(
                f"Expected a curve ({', '.join(CURVES)}), but got '{what[:40]}'."
            )
        values = np.full((len(self.spec.domains), len(self.seeds), len(self.steps)), np.nan)
        for d, domain in enumerate(self.spec.domains):
            for s, seed in enumerate(self.seeds):
                for p, record in enumerate(self.of(method, domain, seed)):
                    values[d, s, p] = read(record, what)
        return Curve(self.steps, values)

    def final(self, method: int, points: int | None = None) -> Numbers:
        """Return the measure at the end for each seed, shape (seeds,), the mean over domains.

        At the end it is of all that is held out, along the curves of a part. NaN where a run has
        not come that far or has diverged. An accuracy is that of the checkpoint with the best
        accuracy in the domains that are learned (`cosine` §5.3).

        Parameters
        ----------
        method : int
        points : int or None
            After so many checkpoints instead of at the end.
        """
        last = len(self.steps) if points is None else points
        own = [
            [reached(self.of(method, domain, seed), last, self.measure) for seed in self.seeds]
            for domain in self.spec.domains
        ]
        return np.asarray(np.array(own).mean(0))

    def values(self, method: int, what: str = FINAL) -> Numbers:
        """Return one number for each seed, shape (seeds,): final measure, diagnostic or speed.

        Parameters
        ----------
        method : int
        what : str
            ``"final"``; one of :data:`DIAGNOSTICS`, its mean over layers at the last checkpoint;
            or one of :data:`SPEEDS`, the median over checkpoints.
        """
        if what == FINAL:
            return self.final(method)
        if what not in SPEEDS:
            return np.asarray(self.diagnostic(what, method)[1][..., -1].mean(0))
        return np.array([self._speed(method, seed, what) for seed in self.seeds])

    def difference(
        self, method: int, other: int, points: int | None = None, what: str = FINAL,
        lower_is_better: bool | None = None,
    ) -> Difference:  # fmt: skip
        """Return how a method differs from another, by differences between runs of one seed.

        Parameters
        ----------
        method, other : int
        points : int or None
            After so many checkpoints instead of at the end; of the measure alone.
        what : str
            As :meth:`values` has it.
        lower_is_better : bool or None
            By default as the measure has it.
        """
        lower = self.measure.lower_is_better if lower_is_better is None else lower_is_better
        if what == FINAL:
            return paired(self.final(method, points), self.final(other, points), lower)
        return paired(self.values(method, what), self.values(other, what), lower)

    def beside_baseline(self, method: int) -> Difference | None:
        """Return how a method differs from the simple model, where there is one."""
        if self.baseline is None:
            return None
        return paired(self.final(method), self.baseline, self.measure.lower_is_better)

    def diagnostic(self, name: str, method: int) -> tuple[NDArray[np.int64], Numbers]:
        """Return a diagnostic along the steps: the checkpoints, and values (layers, seeds, P).

        Values are means over domains, NaN where there are none: a dense layer has none, and the
        first checkpoint no change.

        Parameters
        ----------
        name : str
            One of :data:`DIAGNOSTICS`, :data:`~moeviz.train.measure.IDLE`, or ``truth.`` and one of
            :data:`TRUTHS`.
        method : int
        """
        return self.steps, self._looks(method, name, ())[..., 0]

    def load(self, method: int) -> tuple[NDArray[np.int64], Numbers]:
        """Return each expert's share of all assignments: (P,) and (layers, seeds, P, N)."""
        experts = self.spec["experts"]
        return self.steps, self._looks(method, "load", (math.nan,) * experts)

    def diverged(self, method: int) -> int:
        """Return how many of a method's runs have come to a loss that is no number."""
        own = [each for run, each in self.records.items() if run.method == method and each]
        return sum(each[-1].get("held_out") is None for each in own)

    def speed(self, method: int, what: str = "learned_per_second") -> float:
        """Return how many tokens a second a method learns from or answers, the median."""
        found = [self._speed(method, seed, what) for seed in self.seeds]
        return median([one for one in found if math.isfinite(one)])

    def competed(self, method: int) -> NDArray[np.int64] | None:
        """Return in how many steps each layer competed, (layers, seeds, P); None for who does not.

        The schedule does not know of domains.
        """
        if not self.spec.methods[method].competes:
            return None
        counts = np.zeros((self.spec["layers"], len(self.seeds), len(self.steps)), dtype=np.int64)
        for s, seed in enumerate(self.seeds):
            for p, record in enumerate(self.of(method, self.spec.domains[0], seed)):
                counts[:, s, p] = record["competed"]
        return counts

    def _speed(self, method: int, seed: int, what: str) -> float:
        own = [record for d in self.spec.domains for record in self.of(method, d, seed)]
        return median([record[what] for record in own if record.get(what)])

    def _looks(self, method: int, name: str, none: tuple[float, ...]) -> Numbers:
        """Return what was looked at, (layers, seeds, P, numbers), the mean over domains."""
        size = (self.spec["layers"], len(self.seeds), len(self.steps), max(1, len(none)))
        total = np.zeros(size)
        for domain in self.spec.domains:
            found = np.full(size, np.nan)
            for s, seed in enumerate(self.seeds):
                for p, record in enumerate(self.of(method, domain, seed)):
                    for at, layer in enumerate((record.get("look") or {}).get("layers", ())):
                        value = at_name(layer, name)
                        if value is not None:
                            numbers = np.atleast_1d(np.asarray(value, dtype=np.float64))
                            found[at, s, p, : numbers.size] = numbers
            total += found
        return total / len(self.spec.domains)

    def to_json(self) -> dict[str, Any]:
        """Return plain data for who reads on: the specification, curves, and what they say."""
        return printed(self)


def assemble(
    spec: Training, results: Mapping[str, Record], seconds: float, device: str
) -> TrainingResult:
    """Put together what the stretches of a comparison said.

    Parameters
    ----------
    spec : Training
    results : mapping of str to mapping
        A stretch's record by its id; a stretch whose forerunner is missing is left out.
    seconds : float
    device : str
    """
    count, records = len(spec.steps_at), {}
    for run in runs(spec):
        own: list[Record] = []
        for number in range(count):
            record = results.get(stretch_id(run, number))
            if record is None:
                break
            own.append(record)
        records[run] = tuple(own)
    complete = all(len(own) == count for own in records.values())
    return TrainingResult(spec, device, seconds, complete, records, baseline_of(spec))


@lru_cache(maxsize=8)
def baseline_of(spec: Training) -> float | None:
    """Return what a simple model reaches in a comparison's task: for a text, trigrams."""
    return make_task(spec.fields, spec.own).baseline()
