"""Whose turn it is: over visitors, then over each visitor's jobs, by the time that each was given.

With blocks of one length this is a round: nobody who has something to do is passed over while
another has two. Lengths differ, from hundredths of a second to half a minute, and a round of blocks
would give nearly the whole machine to whoever has the longest ones; so a turn counts by its
seconds. Who comes new, or had nothing to do for a while, comes first, and is on a par with the rest
from then on: time that was not asked for is not made up for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K", bound=str)


@dataclass
class _Account:
    given: float
    last: int = 0


class Turns(Generic[K]):
    """Who of several is to be served next: who was given the least, by the time that all wait.

    Start-time fair queuing: who begins to wait is on a par with whoever had the last turn, before
    that one.
    Source: Goyal, Vin, Cheng, "Start-time fair queueing" (SIGCOMM 1996).
    """

    def __init__(self) -> None:
        self._accounts: dict[K, _Account] = {}
        self._ready: frozenset[K] = frozenset()
        self._due = 0.0  # where the last turn began
        self._least = 0.0
        self._served = 0

    def order(self, ready: Collection[K]) -> list[K]:
        """Return those who have something to do, in the order in which they are due.

        Parameters
        ----------
        ready : collection
            All of them; who was not among them at the last call has begun to wait just now.
        """
        for key in ready:
            account = self._accounts.setdefault(key, _Account(self._due))
            if key not in self._ready:
                account.given = max(account.given, self._due)
        self._ready = frozenset(ready)
        if not ready:
            return []
        self._least = min(self._accounts[key].given for key in ready)
        self._forget()
        # Who was served least lately goes first among equals, and who never was before them.
        return sorted(ready, key=lambda key: (self._accounts[key].given, self._accounts[key].last))

    @property
    def known(self) -> Collection[K]:
        """All who are remembered."""
        return self._accounts.keys()

    def charge(self, key: K, seconds: float) -> None:
        """Note that one of them was given a turn.

        Parameters
        ----------
        key : str
            Who.
        seconds : float
            How long it is expected to take.
        """
        self._served += 1
        self._due = max(self._due, self._least)
        account = self._accounts.setdefault(key, _Account(self._due))
        account.given += seconds
        account.last = self._served

    def correct(self, key: K, seconds: float) -> None:
        """Add what a turn took beyond what was expected; less than nothing where it took less."""
        if key in self._accounts:
            self._accounts[key].given += seconds

    def _forget(self) -> None:
        """Forget those who are away and would come back as if they were new."""
        gone = [
            key
            for key, account in self._accounts.items()
            if key not in self._ready and account.given <= self._due
        ]
        for key in gone:
            del self._accounts[key]


@dataclass(frozen=True)
class Turn:
    """A block's worth of time, given to a job on behalf of one visitor.

    Attributes
    ----------
    visitor, job : str
        Whose turn it was, and what of theirs.
    seconds : float
        What it was charged with.
    """

    visitor: str
    job: str
    seconds: float


@dataclass
class FairOrder:
    """The order in which jobs are given workers.

    A job that several visitors want counts for whichever of them is due, and is charged to that
    one alone.
    """

    _visitors: Turns[str] = field(default_factory=Turns)
    _jobs: dict[str, Turns[str]] = field(default_factory=dict)

    def order(self, ready: Mapping[str, Collection[str]]) -> list[tuple[str, str]]:
        """Return visitors with their jobs, in the order in which they are due.

        Parameters
        ----------
        ready : mapping of str to collection of str
            All jobs that have a block to be computed now, with the visitors who want each; one
            whom nobody is known to want is wanted by "".

        Returns
        -------
        list of (str, str)
            Visitor and job: each visitor's first job, visitor by visitor, then their second, and so
            on. A job stands where it is due first.
        """
        wishes: dict[str, list[str]] = {}
        for job, visitors in ready.items():
            for visitor in visitors or ("",):
                wishes.setdefault(visitor, []).append(job)
        for visitor in self._jobs.keys() - wishes.keys():
            self._jobs[visitor].order(())
        queues = [
            (visitor, self._jobs.setdefault(visitor, Turns()).order(wishes[visitor]))
            for visitor in self._visitors.order(wishes)
        ]
        self._forget(wishes)
        found: dict[str, str] = {}
        for rank in range(max((len(jobs) for _, jobs in queues), default=0)):
            for visitor, jobs in queues:
                if rank < len(jobs):
                    found.setdefault(jobs[rank], visitor)
        return [(visitor, job) for job, visitor in found.items()]

    def charge(self, visitor: str, job: str, seconds: float) -> Turn:
        """Note that a block of a job is computed on a visitor's turn.

        Parameters
        ----------
        visitor, job : str
            As :meth:`order` returned them.
        seconds : float
            How long it is expected to take.
        """
        self._visitors.charge(visitor, seconds)
        self._jobs.setdefault(visitor, Turns()).charge(job, seconds)
        return Turn(visitor, job, seconds)

    def correct(self, turn: Turn, seconds: float) -> None:
        """Count a turn by the time that it took.

        Parameters
        ----------
        turn : Turn
            As :meth:`charge` returned it.
        seconds : float
            How long it took.
        """
        self._visitors.correct(turn.visitor, seconds - turn.seconds)
        if turn.visitor in self._jobs:
            self._jobs[turn.visitor].correct(turn.job, seconds - turn.seconds)

    def _forget(self, wishes: Collection[str]) -> None:
        for visitor in self._jobs.keys() - set(wishes) - set(self._visitors.known):
            del self._jobs[visitor]
