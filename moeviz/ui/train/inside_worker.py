"""Who looks inside networks of this server: few at once, each answer remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from moeviz.errors import SpecificationError
from moeviz.train.gauge import GaugeSeen, gauge_of
from moeviz.train.generate import Written, generate
from moeviz.train.plan import Run
from moeviz.train.slice import Slice, sliced
from moeviz.train.specification import Training
from moeviz.ui.shared.session import engine
from moeviz.ui.shared.turns import still_wanted
from moeviz.ui.shared.worker import Worker

SECONDS = 30.0
"""No answer takes longer; of a network of the first size all take under two."""

REMEMBERED = 60
"""Answers that are kept."""

Stop = Callable[[], bool]


@dataclass(frozen=True)
class Checkpoint:
    """A run's newest checkpoint.

    Attributes
    ----------
    job : str
        The identity of the training run.
    run : Run
    block : str
        Which of its stretches left it.
    """

    job: str
    run: Run
    block: str

    def opened(self) -> tuple[Training, bytes]:
        """Return the specification and the network's state.

        Raises
        ------
        SpecificationError
            If the run has gone on, so that this state is no longer kept, or nobody keeps it.
        """
        state, snapshot = engine().state(self.job, self.block), engine().look(self.job)
        if state is not None and isinstance(snapshot.spec, Training):
            return snapshot.spec, state
        if snapshot.active:
            raise SpecificationError(
                "Expected the newest checkpoint of this run, but it has just gone on to the next; "
                "ask once more."
            )
        raise SpecificationError(
            "Expected the networks of this run, but this server keeps the latest runs' alone; run "
            "it with another first seed to have some."
        )


@dataclass(frozen=True)
class Writing:
    """A text that is asked for; the fields are those of `generate`."""

    of: Checkpoint
    prompt: str
    count: int
    temperature: float
    seed: int

    def answer(self, should_stop: Stop) -> Written:
        """Return the text."""
        spec, state = self.of.opened()
        return generate(
            spec, self.of.run, state, self.prompt, self.count, self.temperature, self.seed,
            should_stop,
        )  # fmt: skip


@dataclass(frozen=True)
class Stretching:
    """A layer whose vectors are changed."""

    of: Checkpoint
    layer: int

    def answer(self, should_stop: Stop) -> GaugeSeen:
        """Return what the loss does."""
        spec, state = self.of.opened()
        return gauge_of(spec, self.of.run, state, should_stop, [self.layer])


@dataclass(frozen=True)
class Slicing:
    """A layer whose router is cut by a plane."""

    of: Checkpoint
    layer: int

    def answer(self, should_stop: Stop) -> Slice:
        """Return the plane."""
        spec, state = self.of.opened()
        return sliced(spec, self.of.run, state, self.layer)


Question = Writing | Stretching | Slicing
Answer = Written | GaugeSeen | Slice


def _answer(asked: Question, should_stop: Stop) -> Answer:
    return asked.answer(should_stop)


WORKER: Worker[Question, Answer] = Worker(
    _answer,
    SECONDS,
    "Expected an answer of this network within {seconds} s, but it takes longer; ask for fewer "
    "characters, or train a smaller one.",
    remembered=REMEMBERED,
    every=1,
)
"""Of this server."""


def write(asked: Writing) -> Written:
    """Return a text, computed in turn."""
    found = WORKER(asked, still_wanted)
    assert isinstance(found, Written)
    return found


def stretch(asked: Stretching) -> GaugeSeen:
    """Return a gauge, computed in turn."""
    found = WORKER(asked, still_wanted)
    assert isinstance(found, GaugeSeen)
    return found


def cut(asked: Slicing) -> Slice:
    """Return a plane, computed in turn."""
    found = WORKER(asked, still_wanted)
    assert isinstance(found, Slice)
    return found
