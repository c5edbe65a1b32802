"""Which runs a comparison has, and into which stretches they are cut."""

from __future__ import annotations

from dataclasses import dataclass

from moeviz.train.limits import method_work
from moeviz.train.specification import Training

LOOKING = 3.0
"""What looking at a network at a checkpoint costs, in steps of training."""


@dataclass(frozen=True)
class Run:
    """One network's training.

    Attributes
    ----------
    method : int
        Place among the specification's methods.
    seed : int
        What tokens and starts are drawn from; methods of one seed share all but their routers.
    domain : int
        The domain that is left out, a place in :data:`~moeviz.train.tasks.ANGLES`; 0 for a task
        without domains.
    """

    method: int
    seed: int
    domain: int

    @property
    def id(self) -> str:
        """Its name, unique within the comparison."""
        return f"m{self.method}-s{self.seed}-d{self.domain}"


@dataclass(frozen=True)
class Stretch:
    """A run from one checkpoint to the next: the unit of progress, cancelling and resuming.

    Attributes
    ----------
    run : Run
    number : int
        Counted from 0.
    cost : float
        Expected work, in multiplications.
    """

    run: Run
    number: int
    cost: float

    @property
    def id(self) -> str:
        """Its name, unique within the comparison."""
        return stretch_id(self.run, self.number)

    @property
    def before(self) -> str | None:
        """The name of the stretch that it goes on from; None for a run's first."""
        return stretch_id(self.run, self.number - 1) if self.number else None


def stretch_id(run: Run, number: int) -> str:
    """Return the name of a run's stretch."""
    return f"{run.id}-{number:03d}"


def runs(spec: Training) -> tuple[Run, ...]:
    """Return the runs of a comparison: seed by seed, so that pairs are there as early as can be."""
    return tuple(
        Run(method, seed, domain)
        for seed in range(spec["seed"], spec["seed"] + spec["seeds"])
        for domain in spec.domains
        for method in range(len(spec.methods))
    )


def plan(spec: Training) -> tuple[Stretch, ...]:
    """Return the stretches in the order in which they should run: all curves grow together."""
    ends = spec.steps_at
    each = [method_work(method) / spec["steps"] for method in spec.methods]
    return tuple(
        Stretch(run, number, each[run.method] * (end - start + LOOKING))
        for number, (start, end) in enumerate(zip((0, *ends[:-1]), ends, strict=True))
        for run in runs(spec)
    )
