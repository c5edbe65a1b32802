"""How fast a job's blocks come back, beside what was planned."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Pace:
    """What a job was given, what was expected of the blocks that ended, and what they took."""

    given: float = 0.0
    expected: float = 0.0
    cost: float = 0.0
    took: float = 0.0

    def learn(self, seconds: float | None, cost: float, took: float) -> None:
        """Take in a block that ended: what was expected of it, its cost, and what it took."""
        self.expected += seconds or 0.0
        self.cost += cost
        self.took += took

    def expects(self, seconds: float | None, cost: float) -> float | None:
        """Return what a block should take; None where nobody can tell."""
        if seconds is not None:  # What was expected counts as much as a second that was measured.
            return seconds * (self.took + 1.0) / (self.expected + 1.0)
        return cost * self.took / self.cost if self.cost > 0 else None
