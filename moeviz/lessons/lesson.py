"""A lesson: steps with names that stay, what each asks, and who was right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from moeviz.errors import SpecificationError
from moeviz.lessons.answers import judged, read_answer
from moeviz.lessons.blocks import Block, Check, Look, Predict, Reveal
from moeviz.lessons.conditions import short
from moeviz.lessons.facts import Source
from moeviz.lessons.filled import Facts
from moeviz.lessons.questions import Answer, Question
from moeviz.lessons.runs import Run
from moeviz.ruler import Verdict

Kind = Literal["predict", "check", "reveal", "run", "look", "text"]

_KINDS: tuple[tuple[type, Kind], ...] = (
    (Predict, "predict"), (Check, "check"), (Reveal, "reveal"), (Run, "run"), (Look, "look"),
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """What is seen at one time.

    Attributes
    ----------
    id : str
        Its name in links, in the store and in a room; it stays when the text changes.
    title : str
    blocks : tuple of Block
        At most one of them asks, and at most one reveals.
    """

    id: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def kind(self) -> Kind:
        """What it is for: the first of these that it has."""
        for made, kind in _KINDS:
            if any(isinstance(block, made) for block in self.blocks):
                return kind
        return "text"

    @property
    def question(self) -> Question | None:
        """What it asks; None where it asks nothing."""
        asks = (block for block in self.blocks if isinstance(block, Predict | Check))
        return next((block.question for block in asks), None)

    @property
    def reveal(self) -> Reveal | None:
        """What it reveals; None where it reveals nothing."""
        return next((block for block in self.blocks if isinstance(block, Reveal)), None)

    @property
    def check(self) -> Check | None:
        """Its question to check; None where it has none."""
        return next((block for block in self.blocks if isinstance(block, Check)), None)

    @property
    def runs(self) -> tuple[Run, ...]:
        """What it runs, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Run))

    @property
    def parted(self) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
        """Its blocks as far as its question, and those that wait for the answer."""
        asks = [at for at, b in enumerate(self.blocks) if isinstance(b, Predict | Check)]
        end = asks[0] + 1 if asks else len(self.blocks)
        return self.blocks[:end], self.blocks[end:]

    def answer(self, text: str) -> Answer:
        """Return an answer that somebody sent.

        Parameters
        ----------
        text : str
            As :func:`~moeviz.lessons.answers.answer_text` writes it.

        Raises
        ------
        SpecificationError
            If the step asks nothing, or that is no answer to it.
        """
        return read_answer(self._asked(), text)

    def verdict(self, answer: Answer, facts: Facts) -> Verdict:
        """Return how near an answer was.

        Parameters
        ----------
        answer : str, float or tuple of str
            As :meth:`answer` returns it.
        facts : mapping of str to Fact
            The lesson's: :func:`~moeviz.lessons.facts.facts_of`.

        Raises
        ------
        SpecificationError
            If the step asks nothing.
        """
        return judged(self._asked(), answer, facts)

    def _asked(self) -> Question:
        if (found := self.question) is None:
            raise SpecificationError(f"Expected a step that asks, but '{self.id}' does not.")
        return found


@dataclass(frozen=True)
class Lesson:
    """A guided page.

    Attributes
    ----------
    name : str
        What a link says.
    title : str
        A question.
    minutes : int
        How long it takes.
    needs : tuple of str
        What should be known before, in words.
    facts : mapping of str to Source
        Where its numbers come from.
    steps : tuple of Step
    digest : str
        Of its file: changes with every letter.
    text : str
        The file, from which :func:`~moeviz.lessons.reader.read_lesson` makes it again.
    """

    name: str
    title: str
    minutes: int
    needs: tuple[str, ...]
    facts: Mapping[str, Source]
    steps: tuple[Step, ...]
    digest: str = ""
    text: str = field(default="", repr=False)

    def step(self, name: str) -> Step:
        """Return a step by its id.

        Parameters
        ----------
        name : str

        Raises
        ------
        SpecificationError
            If there is none.
        """
        for step in self.steps:
            if step.id == name:
                return step
        raise SpecificationError(
            f"Expected a step of '{self.name}', but got '{short(name)}'; known are "
            f"{', '.join(step.id for step in self.steps)}."
        )

    @property
    def asks(self) -> tuple[Step, ...]:
        """The steps that ask."""
        return tuple(step for step in self.steps if step.question is not None)

    @property
    def runs(self) -> tuple[Run, ...]:
        """What it runs, in order, what is shown after an answer among it; each once."""
        found = [
            block.shows if isinstance(block, Check) else block
            for step in self.steps
            for block in step.blocks
        ]
        return tuple(dict.fromkeys(run for run in found if isinstance(run, Run)))

    def open_until(self, said: Mapping[str, object]) -> int:
        """Return the last step, from 1, that may be seen: no later than the next prediction.

        Parameters
        ----------
        said : mapping of str to object
            Answers by the ids of steps.
        """
        for number, step in enumerate(self.steps, start=1):
            if step.kind == "predict" and step.id not in said:
                return number
        return len(self.steps)
