"""What a lesson is made of: steps of blocks, all of them plain data.

Words may hold ``{fact}`` or ``{fact:digits}``; what stands there is computed when the lesson is
shown (:mod:`moeviz.lessons.facts`), so that no number is typed into a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from moeviz.charts.closeness import Setup as Atoms
from moeviz.charts.gates import Setup as Gates
from moeviz.lessons.facts import CurveKey, Source
from moeviz.lessons.questions import Between, Choice, Question


@dataclass(frozen=True)
class Text:
    """Words.

    Attributes
    ----------
    words : str
        As markdown.
    """

    words: str


@dataclass(frozen=True)
class Look:
    """A picture in a state.

    Attributes
    ----------
    picture : Gates or Atoms
        What it shows.
    still : bool
        Whether its handles stay where they are: before a prediction nobody may try.
    """

    picture: Gates | Atoms
    still: bool = False


@dataclass(frozen=True)
class Run:
    """Some curves of a study's kept result.

    Attributes
    ----------
    preset : str
    curves : tuple of CurveKey
        In the order in which they are drawn; no others can be switched on.
    """

    preset: str
    curves: tuple[CurveKey, ...]


@dataclass(frozen=True)
class Predict:
    """A prediction, to be made before anything is revealed, once.

    Attributes
    ----------
    question : Question
    """

    question: Question


@dataclass(frozen=True)
class Reveal:
    """What came out, beside what was predicted.

    Attributes
    ----------
    right, close, wrong : str
        Said of a prediction; the one who predicted finds it as ``{guess}``.
    rows : mapping of str to str
        What stands beside the prediction: a title and words each.
    """

    right: str
    close: str
    wrong: str
    rows: Mapping[str, str]


@dataclass(frozen=True)
class If:
    """Words that depend on whether the facts are as the lesson expects.

    Attributes
    ----------
    when : tuple of Between
    then, otherwise : str
    """

    when: tuple[Between, ...]
    then: str
    otherwise: str


@dataclass(frozen=True)
class Check:
    """One question to check, whose answer is computed.

    Attributes
    ----------
    question : Choice
    right, wrong : str
    shows : Look or Run or None
        What is shown once it is answered.
    """

    question: Choice
    right: str
    wrong: str
    shows: Look | Run | None = None


@dataclass(frozen=True)
class Way:
    """A way on.

    Attributes
    ----------
    label : str
    page : str
        Address of a page.
    link : mapping of str to str
        What its link says.
    """

    label: str
    page: str
    link: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Next:
    """Ways on.

    Attributes
    ----------
    ways : tuple of Way
    """

    ways: tuple[Way, ...]


Block = Text | Look | Run | Predict | Reveal | If | Check | Next


@dataclass(frozen=True)
class Step:
    """What is seen at one time.

    Attributes
    ----------
    title : str
    blocks : tuple of Block
    """

    title: str
    blocks: tuple[Block, ...]


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
    facts : mapping of str to Source
        Where its numbers come from.
    steps : tuple of Step
        One of them asks for a prediction, a later one reveals, and one has a question to check.
    """

    name: str
    title: str
    minutes: int
    facts: Mapping[str, Source]
    steps: tuple[Step, ...]

    @property
    def predicts(self) -> tuple[int, Predict]:
        """The step of the prediction, from 1, and its block."""
        return _only(self, Predict)

    @property
    def reveals(self) -> tuple[int, Reveal]:
        """The step that reveals, from 1, and its block."""
        return _only(self, Reveal)

    @property
    def checks(self) -> tuple[int, Check]:
        """The step of the question to check, from 1, and its block."""
        return _only(self, Check)


B = TypeVar("B", Predict, Reveal, Check)


def _only(lesson: Lesson, kind: type[B]) -> tuple[int, B]:
    (found,) = (
        (number, block)
        for number, step in enumerate(lesson.steps, start=1)
        for block in step.blocks
        if isinstance(block, kind)
    )
    return found
