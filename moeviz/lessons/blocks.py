"""What a lesson is made of: steps of blocks, all of them plain data, read from a file.

Words may hold ``{fact}`` or ``{fact:digits}``; what stands there is computed when the lesson is
shown (:mod:`moeviz.lessons.facts`), so that no number is typed into a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from moeviz.charts.closeness import Setup as Atoms
from moeviz.charts.gates import Setup as Gates
from moeviz.lessons.conditions import Condition
from moeviz.lessons.questions import Question
from moeviz.lessons.runs import Run


@dataclass(frozen=True)
class Text:
    """Words.

    Attributes
    ----------
    words : str
        As markdown, without HTML and pictures.
    """

    words: str


@dataclass(frozen=True)
class Look:
    """A picture page's state: drawn in the lesson, or a link to the page.

    Attributes
    ----------
    page : str
        Address of the page.
    link : str
        What stands behind ``?`` in its address.
    label : str
        Of the link; empty where it is drawn.
    picture : Gates or Atoms or None
        What is drawn; None where it is linked.
    still : bool
        Whether its handles stay where they are: before a prediction nobody may try.
    """

    page: str
    link: str = ""
    label: str = ""
    picture: Gates | Atoms | None = None
    still: bool = False


@dataclass(frozen=True)
class Predict:
    """A prediction, to be made before anything is revealed, once.

    Attributes
    ----------
    question : Choice, Number, Slope or Order
    """

    question: Question


@dataclass(frozen=True)
class Reveal:
    """What came out, beside what was predicted.

    Attributes
    ----------
    of : str
        Id of the step that asked.
    right, near, wrong : str
        Said of a prediction; the one who predicted finds it as ``{guess}``, and the right answer
        as ``{answer}``.
    rows : mapping of str to str
        What stands beside the prediction, a title and words each: measured, theory, paper.
    """

    of: str
    right: str
    near: str
    wrong: str
    rows: Mapping[str, str]


@dataclass(frozen=True)
class If:
    """Words that depend on whether the facts are as the lesson expects.

    Attributes
    ----------
    when : tuple of Comparison
    then, otherwise : str
    """

    when: Condition
    then: str
    otherwise: str


@dataclass(frozen=True)
class Check:
    """One question to check, whose answer is computed.

    Attributes
    ----------
    question : Choice, Number or Order
    right, near, wrong : str
        Said of an answer.
    shows : Look or Run or None
        What is shown once it is answered.
    """

    question: Question
    right: str
    near: str
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
