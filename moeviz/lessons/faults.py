"""What is wrong with a lesson's file: a line and a reason each, all of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from moeviz.errors import SpecificationError

MOST = 40
"""Faults that are told; a file of which all is wrong needs no more."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong.

    Attributes
    ----------
    line : int
        From 1.
    reason : str
        A sentence.
    """

    line: int
    reason: str

    def __str__(self) -> str:
        """Return both as one sentence."""
        return f"line {self.line}: {self.reason}"


class LessonError(SpecificationError):
    """A file that is no lesson.

    Attributes
    ----------
    faults : tuple of Fault
        In the order of lines.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))[:MOST]
        others = len(self.faults) - 1
        more = f" ({others} more)" if others else ""
        super().__init__(f"This is no lesson yet: {self.faults[0]}{more}")


class Faults:
    """Collects what is wrong while a file is read to its end."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def say(self, line: int, reason: str) -> None:
        """Note a fault.

        Parameters
        ----------
        line : int
        reason : str
        """
        self.found.append(Fault(line, reason))

    @contextmanager
    def at(self, line: int) -> Iterator[None]:
        """Note what is refused inside as a fault of a line, and go on.

        Parameters
        ----------
        line : int
        """
        try:
            yield
        except SpecificationError as error:
            self.say(line, str(error))

    def end(self) -> None:
        """Refuse the file if anything is wrong with it.

        Raises
        ------
        LessonError
            With all faults.
        """
        if self.found:
            raise LessonError(self.found)
