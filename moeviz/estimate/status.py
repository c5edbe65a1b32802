"""How fits end, and what each way to end means."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """How a fit ended."""

    CONVERGED = 0
    BOUNDARY = 1
    STEP_LIMIT = 2
    NON_FINITE = 3
    RUNNING = 4
    PROTOCOL = 5
    DIVERGED = 6
    STUCK = 7

    @property
    def label(self) -> str:
        """The status in words."""
        return (
            "converged",
            "boundary",
            "step limit",
            "non-finite",
            "running",
            "protocol run",
            "diverged",
            "stuck",
        )[self]

    @property
    def failed(self) -> bool:
        """Whether the fit found no parameters, so that there is nothing to read off it."""
        return self in (Status.NON_FINITE, Status.DIVERGED)

    @property
    def advice(self) -> str:
        """What the status means and what can be done."""
        return (
            "The fit is a minimum inside the box.",
            "The fit converged on the edge of the box: its parameters say where the box ends, "
            "not where the truth is. More data or an exact number of atoms helps.",
            "The fit was still improving when its steps ran out; allow more steps.",
            "The cost was not a number at the start or on the way; start nearer to the truth.",
            "The fit has not ended.",
            "The fit ran the published number of epochs; nobody asked whether it had converged.",
            "The parameters or the cost grew without end; take a smaller learning rate or start "
            "nearer to the truth.",
            "Steps grew ever shorter without lowering the cost, although its derivative still "
            "promises a fall: a kink, a jump, or a derivative that is no number. Take more starts "
            "or other ones.",
        )[self]


ENDED = (
    Status.CONVERGED,
    Status.BOUNDARY,
    Status.STEP_LIMIT,
    Status.STUCK,
    Status.NON_FINITE,
    Status.DIVERGED,
    Status.PROTOCOL,
)
"""The ways to end, in the order in which they are counted."""

FAILED = tuple(int(status) for status in ENDED if status.failed)
"""Values of the ways to end that leave no parameters to read."""
