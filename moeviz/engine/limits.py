"""How many jobs an engine takes at once, and what is said of one more."""

from __future__ import annotations

from dataclasses import dataclass

from moeviz.engine.errors import EngineError
from moeviz.engine.ledger import Ledger


@dataclass(frozen=True)
class Limits:
    """How many jobs may be under way; None for any number.

    Attributes
    ----------
    waiting : int or None
        Jobs that may wait at once.
    each, all : int or None
        Jobs that may wait or run at once for one visitor, and for all who say who they are.
    """

    waiting: int | None
    each: int | None
    all: int | None

    def check(self, ledger: Ledger, name: str, visitor: str) -> None:
        """Refuse one job more where there are too many. The ledger's lock must be held.

        Parameters
        ----------
        ledger : Ledger
            The jobs that there are.
        name : str
            Name of its kind.
        visitor : str
            Who asks; "" for who does not say who they are.

        Raises
        ------
        EngineError
            If there are too many.
        """
        each, most = self.each, self.all
        if visitor and each is not None and ledger.active(visitor) >= each:
            raise EngineError(
                f"Expected at most {each} {name} or other jobs of one visitor at once, but "
                f"{each} of yours are under way; wait until one has ended, or open one of them and "
                "cancel it, and ask again."
            )
        if visitor and most is not None and ledger.active() >= most:
            raise EngineError(
                f"Expected at most {most} {name} or other jobs of all visitors at once, but there "
                "are as many already; ask again in a minute."
            )
        most = self.waiting
        if most is not None and ledger.waiting() >= most:
            raise EngineError(
                f"Expected at most {most} {name} to wait, but there are as many already; try "
                "again in a minute."
            )
