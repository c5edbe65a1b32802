"""What is under way in one engine: jobs that wait for the runner, run, or were put aside."""

from __future__ import annotations

from typing import Any

from moeviz.engine.aside import Aside
from moeviz.engine.desk import Desk, Due
from moeviz.engine.dispatch import Connection, Dispatch
from moeviz.engine.jobs import Job
from moeviz.engine.ledger import Ledger
from moeviz.engine.store import DEVICES


class Runs:
    """The runs of jobs that have begun and not ended. For one thread.

    Parameters
    ----------
    ledger : Ledger
        The lock that guards what is said of jobs.

    Attributes
    ----------
    pending : list of (Job, int)
        Jobs that wait until there is a connection, and which run of each.
    aside : Aside
        Jobs that nobody is there to compute.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.pending: list[tuple[Job, int]] = []
        self.aside = Aside()
        self._ledger = ledger
        self._sending: dict[str, Dispatch] = {}
        self._desks = {name: Desk() for name in DEVICES}

    def __bool__(self) -> bool:
        """Whether something is computed here or waits for workers to come back."""
        return bool(self._sending or self.aside)

    def sending(self) -> list[Dispatch]:
        """Return the runs whose blocks are sent."""
        return list(self._sending.values())

    def begun(self) -> list[tuple[Job, int]]:
        """Return the jobs that are under way or put aside, and which run of each."""
        runs = [(run.job, run.number) for run in self._sending.values()]
        return runs + [(waiting.job, waiting.number) for waiting in self.aside.waiting()]

    def take_pending(self) -> list[tuple[Job, int]]:
        """Return the jobs that waited for a connection; they wait no more."""
        pending, self.pending = self.pending, []
        return pending

    def add(self, run: Dispatch) -> None:
        """Take in a run whose blocks are to be sent."""
        self._sending[run.job.job_id] = run

    def has(self, run: Dispatch) -> bool:
        """Whether a run is under way still, and wanted."""
        return self._sending.get(run.job.job_id) is run and run.current

    def drop(self, run: Dispatch) -> None:
        """Let go of a run, and of its blocks."""
        del self._sending[run.job.job_id]
        run.cancel()
        self._desks[run.device].drop(run)

    def forget(self, job: Job) -> None:
        """Let go of the runs of a job that have ended."""
        run = self._sending.get(job.job_id)
        if run is not None and not run.current:
            self.drop(run)
        self.pending = [(kept, number) for kept, number in self.pending if kept.run == number]
        self.aside.tidy(job)

    def lose(self) -> list[Dispatch]:
        """Return the runs whose blocks were sent: where they were computed is gone."""
        lost, self._sending = list(self._sending.values()), {}
        for desk in self._desks.values():
            desk.clear()
        return lost

    def next(self, device: str, place: Connection) -> Due | None:
        """Return what is to be sent now on a kind of device, or None where nothing is."""
        with self._ledger.changed:
            return self._desks[device].next(self._on(device), place.place(device))

    def sent(self, due: Due, block: Any) -> None:
        """Note that a block was sent."""
        self._desks[due.run.device].sent(due, block)

    def back(self, run: Dispatch, block: Any, outcome: Any) -> None:
        """Note that a block came back, with or without a result."""
        self._desks[run.device].back(run, block, outcome)

    def say_standings(self, place: Connection) -> None:
        """Say of each job where it stands among the others."""
        with self._ledger.changed:
            for device in DEVICES:
                runs = self._on(device)
                found = self._desks[device].standings(runs, place.place(device)) if runs else {}
                for run in runs:
                    if run.job.job_id in found:
                        run.job.standing = found[run.job.job_id]

    def _on(self, device: str) -> list[Dispatch]:
        return [run for run in self._sending.values() if run.device == device]
