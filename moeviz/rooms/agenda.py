"""What a room goes through: its steps, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from moeviz.rooms.errors import RoomError
from moeviz.rooms.step import LONGEST, PAGE, Step, checked_text

MOST_STEPS = 60

LONGEST_LESSON = 60_000
"""Characters of a lesson's file."""


@dataclass(frozen=True)
class Agenda:
    """What a room goes through.

    Attributes
    ----------
    title : str
        The lesson's, or the page's.
    link : str
        Where the lesson or the page is, below the app's address.
    steps : tuple of Step
    lesson : str
        The lesson's file as it was when the room was opened; "" for none. Nobody is told of it.
    """

    title: str
    link: str
    steps: tuple[Step, ...] = ()
    lesson: str = ""

    def checked(self) -> Agenda:
        """Return the agenda if it is one.

        Raises
        ------
        RoomError
            If it is not.
        """
        checked_text("title", self.title, LONGEST["title"])
        if not PAGE.fullmatch(self.link):
            raise RoomError("Expected a page of this laboratory; open the room from one.")
        if not isinstance(self.lesson, str) or len(self.lesson) > LONGEST_LESSON:
            raise RoomError(f"Expected a lesson of at most {LONGEST_LESSON} characters; cut it.")
        if not 1 <= len(self.steps) <= MOST_STEPS:
            raise RoomError(f"Expected 1 to {MOST_STEPS} steps, but got {len(self.steps)}.")
        if len({step.id for step in self.steps}) != len(self.steps):
            raise RoomError("Expected steps of different names; mend the lesson.")
        for step in self.steps:
            step.checked()
        return self

    def with_step(self, step: Step, at: int) -> Agenda:
        """Return the agenda with one step more.

        Parameters
        ----------
        step : Step
        at : int
            Its place.

        Raises
        ------
        RoomError
            If it has as many as there may be, or one of that name.
        """
        steps = (*self.steps[:at], step, *self.steps[at:])
        return replace(self, steps=steps).checked()

    def with_steps(self, steps: Mapping[str, Step]) -> Agenda:
        """Return the agenda with other steps of the same names in their places.

        Parameters
        ----------
        steps : mapping of str to Step

        Raises
        ------
        RoomError
            If one of them is none.
        """
        return replace(self, steps=tuple(steps.get(step.id, step) for step in self.steps)).checked()

    def step(self, name: str) -> Step | None:
        """Return the step of a name; None where there is none."""
        return next((step for step in self.steps if step.id == name), None)

    def to_json(self) -> dict[str, Any]:
        """Return the agenda as plain data."""
        steps = [step.to_json() for step in self.steps]
        said = {"title": self.title, "link": self.link, "steps": steps}
        return {**said, "lesson": self.lesson} if self.lesson else said

    @classmethod
    def from_json(cls, data: Any) -> Agenda:
        """Return the agenda that plain data say.

        Raises
        ------
        RoomError
            If they say none.
        """
        if not isinstance(data, Mapping) or not isinstance(data.get("steps"), list):
            raise RoomError("Expected what a room goes through as plain data; open it again.")
        steps = tuple(Step.from_json(step) for step in data["steps"])
        title, link, lesson = (data.get(name, "") for name in ("title", "link", "lesson"))
        return cls(title, link, steps, lesson).checked()
