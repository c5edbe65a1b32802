"""The one thread that talks to where jobs are computed, and writes the store.

Everything that happens to a job arrives here as a message and is handled one at a time: a
submission, a block that came back, a cancel, workers that came or were lost. Between messages
the thread sleeps. Only while this engine computes, or follows another process that does, it wakes
twice a second to look whether somebody asked through the store for a cancel, and to say that it
is alive.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from moeviz.engine.aside import Aside
from moeviz.engine.desk import Desk, Due
from moeviz.engine.dispatch import Connection, Dispatch, Finished, Listener, LostError, Runner
from moeviz.engine.endings import MESSAGES, By
from moeviz.engine.errors import LostStoreError, StoreError
from moeviz.engine.history import History
from moeviz.engine.jobs import Job
from moeviz.engine.keeper import Keeper
from moeviz.engine.kind import Kind
from moeviz.engine.ledger import Ledger
from moeviz.engine.mailbox import Mailbox
from moeviz.engine.name import Name
from moeviz.engine.owner import BEAT_SECONDS, EngineToken, Owner
from moeviz.engine.room import make_room
from moeviz.engine.snapshot import JobState
from moeviz.engine.store import DEVICES, Store
from moeviz.engine.wishes import Wishes
from moeviz.errors import MoevizError

GONE_SECONDS = 10.0
"""Where nobody was there to compute on a kind of device for so long, its blocks are taken back."""

LOSSES = 3
"""Workers that are lost this often in a row without having computed anything are given up."""

logger = logging.getLogger(__name__)


def _cancel_asked(job: Job) -> By | None:
    """Return who asked for a job's end through the store, as far as that answers."""
    try:
        return job.folder.take_cancel()
    except LostStoreError:
        return None  # what has to be written waits for it


class Monitor:
    """Runs the jobs of a ledger.

    Parameters
    ----------
    ledger : Ledger
        The jobs, and the lock that guards them.
    store : Store
        Where blocks are written.
    runner : Runner
        The place where jobs are computed.
    device : str
        ``"cpu"`` or ``"cuda"``: what that will be, as far as is known before it is open.
    any_device : bool
        Whether a job may be handed on to processors where the GPUs are gone.

    Attributes
    ----------
    history : History
        Which blocks came back lately.
    connection : Connection or None
        The open place; None while it is being opened.
    wishes : Wishes
        Who wants which job.
    """

    def __init__(
        self,
        ledger: Ledger,
        store: Store,
        runner: Runner,
        device: str,
        any_device: bool = True,
    ) -> None:
        self.history = History()
        self.connection: Connection | None = None
        self._ledger = ledger
        self._store = store
        self._device = device
        self._any_device = any_device
        self._token = EngineToken()
        self._keeper = Keeper(ledger, Owner.here(self._token))
        self.wishes = Wishes(ledger)
        self._mailbox = Mailbox("moeviz-monitor", self._tick, self._busy)
        self._runner = runner
        post = self._mailbox.post
        self._listener = Listener(
            opened=lambda connection: post(partial(self._opened, connection)),
            failed=lambda message: post(partial(self._failed, message)),
            lost=lambda connection: post(partial(self._lost, connection)),
            grown=lambda: post(self._give),
            noted=lambda sentence: post(partial(self._noted, sentence)),
        )
        self._opening = False
        self._losses = 0
        self._pending: list[tuple[Job, int]] = []
        self._runs: dict[str, Dispatch] = {}
        self._desks = {name: Desk() for name in DEVICES}
        self._aside = Aside()
        self._followed: list[Job] = []
        self._next_beat = 0.0

    # --- Called by the engine, from any thread.

    @property
    def device(self) -> str:
        """The kind of device that studies run on, as far as it is known."""
        return self.connection.device if self.connection is not None else self._device

    def device_for(self, kind: Kind, spec: Any) -> str:
        """Return the kind of device that a job would run on, as far as it is known."""
        place = self.connection
        return self._device if place is None else place.device_for(kind, spec)

    def start(self) -> None:
        """Start the thread and begin to open the runner."""
        self._mailbox.post(self._open)
        self._mailbox.start()

    def begin(self, job: Job) -> None:
        """Take a job that nobody computes. The ledger's lock must be held."""
        job.mine, job.held, job.wanted = True, False, False
        job.run += 1
        job.renew()
        job.become("waiting", None if self.connection else "Waiting for the workers to start.")
        self._ledger.changed.notify_all()
        logger.info("Job %s begins", job.job_id)
        self._mailbox.post(partial(self._begin, job, job.run))

    def follow(self, job: Job) -> None:
        """Watch a job that another process computes. The ledger's lock must be held."""
        if not job.wanted:
            job.wanted = True
            self._mailbox.post(partial(self._followed.append, job))

    def goes_on(self, job: Job) -> bool:
        """Whether a followed job that has ended is to be computed here. The lock must be held."""
        if job.state == "cancelled":  # By another engine, which did not know who wants it here.
            return bool(job.visitors & self.wishes.of(job))
        return job.state == "interrupted"

    def say_wishes(self, job: Job) -> None:
        """Have the store told who wants a job. The ledger's lock may be held."""
        self._mailbox.post(partial(self._say_wishes, job))

    def end_wishes(self, job: Job) -> None:
        """Have the store told that nobody wants a job. The ledger's lock may be held."""
        self._mailbox.post(partial(self.wishes.end, job))

    def withdraw(self, job: Job, state: JobState, message: str | None = None) -> None:
        """End a job of this engine at once. The ledger's lock must be held."""
        self._mark(job, state, message)
        self._mailbox.post(partial(self._settle, job, job.run))

    def close(self) -> None:
        """End all jobs, the runner and the thread."""
        self._mailbox.post(self._close)
        self._mailbox.close(timeout=15)
        self._token.release()

    # --- Looking at the store, twice a second while something is going on.

    def _busy(self) -> bool:
        return bool(self._runs or self._followed or self._aside)

    def _tick(self) -> None:
        beat = time.monotonic() >= self._next_beat
        if beat:
            self._next_beat = time.monotonic() + BEAT_SECONDS
        ours = self._ours()
        asked = self._cancels_asked([job for job, _ in ours])
        for job, number in ours:
            with self._failing(job, number):
                look = asked is None or job.folder.name in asked
                by = _cancel_asked(job) if look else None
                if by and not self.wishes.of(job):
                    self._end(job, number, "cancelled", MESSAGES[by])
                elif beat:
                    self._save(job)
                    self._share(job)
        for job in list(self._followed):
            self._look_after(job)
        if self.connection is not None:
            self._look_for_workers(self.connection)
        if self.connection is not None:
            self._say_standings(self.connection)

    def _look_for_workers(self, place: Connection) -> None:
        """Put aside what nobody is there to compute any more; go on when somebody is."""
        for run in list(self._runs.values()):
            if run.current and place.missing(run.device) >= GONE_SECONDS:
                with self._failing(run.job, run.number):
                    self._put_aside(run)
        for waiting in self._aside.waiting():
            with self._failing(waiting.job, waiting.number):
                device = self._aside.device_now(waiting, place, self._any_device)
                if device is None:
                    continue
                self._aside.end(waiting)
                if device != waiting.job.folder.device:
                    self._keeper.leave(waiting.job)
                self._begin(waiting.job, waiting.number, device)

    def _put_aside(self, run: Dispatch) -> None:
        sentence = self._aside.put(run.job, run.number, run.device, self._any_device)
        del self._runs[run.job.job_id]
        run.cancel()
        self._desks[run.device].drop(run)
        with self._ledger.changed:
            run.job.standing = None
            run.job.become("waiting", sentence)
            self._ledger.changed.notify_all()
        self._save(run.job)

    def _ours(self) -> list[tuple[Job, int]]:
        """Return the jobs that are under way or put aside, and which run of each."""
        runs = [(run.job, run.number) for run in self._runs.values()]
        return runs + [(waiting.job, waiting.number) for waiting in self._aside.waiting()]

    def _cancels_asked(self, jobs: list[Job]) -> set[Name] | None:
        """Return which jobs shall stop; None where only a look at each can tell."""
        try:
            return self._store.cancels_asked([job.folder.name for job in jobs])
        except StoreError:
            return None

    def _look_after(self, job: Job) -> None:
        """Take a followed job over when its process has died; let it go when it has ended."""
        with self._ledger.changed:
            self._ledger.refresh(job)
            if job.wanted and job.active and not job.mine:
                return
            self._followed.remove(job)
            if job.wanted and not job.mine and self.goes_on(job):
                self.begin(job)
            job.wanted = False

    def _share(self, job: Job) -> None:
        """Have a job computed in the turns of all who want it, by whatever engine they asked."""
        found = self.wishes.of(job)
        with self._ledger.changed:
            if found and job.mine:
                job.visitors = found

    def _say_wishes(self, job: Job) -> None:
        if all(kept is not job for kept, _ in self._pending):  # Else when it begins.
            self.wishes.say(job)

    # --- The runner.

    def _open(self) -> None:
        if not self._opening:
            self._opening = True
            self._runner.open(self._listener)

    def _opened(self, connection: Connection) -> None:
        self._opening = False
        self.connection = connection
        self._begin_pending()

    def _failed(self, message: str) -> None:
        self._opening = False
        pending, self._pending = self._pending, []
        for job, number in pending:
            self._end(job, number, "failed", message)

    def _lost(self, connection: Connection) -> None:
        """Open the runner again and send what was under way in the connection that is gone."""
        if connection is not self.connection:
            return
        self.connection = None
        self._losses = 0 if connection.useful else self._losses + 1
        runs, self._runs = list(self._runs.values()), {}
        for desk in self._desks.values():
            desk.clear()
        connection.close()
        with self._ledger.changed:
            for run in runs:
                if run.current:
                    run.job.become("waiting", "The workers were lost; starting them again.")
                    run.job.standing = None
                    self._pending.append((run.job, run.number))
            self._ledger.changed.notify_all()
        if self._losses < LOSSES:
            self._open()
            return
        self._losses = 0
        self._failed(
            f"Expected the workers to stay, but they were lost {LOSSES} times in a row before "
            "they had computed anything; look for what ends them, often too little memory."
        )

    def _noted(self, sentence: str) -> None:
        logger.warning(sentence)
        with self._ledger.changed:
            for run in self._runs.values():
                if run.current:
                    run.job.become(run.job.state, sentence)
            self._ledger.changed.notify_all()

    def _close(self) -> None:
        for job, number in self._ours() + self._pending:
            self._end(job, number, "interrupted")
        if self.connection is not None:
            self.connection.close()
        self._runner.close()

    # --- Jobs.

    def _begin_pending(self) -> None:
        pending, self._pending = self._pending, []
        for job, number in pending:
            self._begin(job, number)

    def _begin(self, job: Job, number: int, device: str | None = None) -> None:
        if self.connection is not None and not self.connection.alive:
            self._lost(self.connection)
        if self.connection is None:
            self._pending.append((job, number))
            self._open()
            return
        with self._failing(job, number):
            device = device or self.connection.device_for(job.kind, job.spec)
            folder = self._store.folder(job.job_id, device, job.kind)
            claimed = self._keeper.claim(job, number, folder)
            self.wishes.say(job, fresh=claimed)
            if not claimed:
                self._follow_if_taken(job)
            elif job.complete:
                self._end(job, number, "done")
            else:
                run = self.connection.dispatch(job, self._start, self._bring)
                if run.chains.linked:
                    make_room(self._store, job.kind)
                self._send(run)

    def _send(self, run: Dispatch) -> None:
        self._runs[run.job.job_id] = run
        self._give()

    def _give(self) -> None:
        """Send blocks until there is no place for another."""
        for device in DEVICES:
            self._give_on(device)
        if self.connection is not None:
            self._say_standings(self.connection)

    def _give_on(self, device: str) -> None:
        while (place := self.connection) is not None:
            with self._ledger.changed:
                due = self._desks[device].next(self._on(device), place.place(device))
            if due is None:
                return
            with self._failing(due.run.job, due.run.number):
                self._send_next(due)

    def _on(self, device: str) -> list[Dispatch]:
        return [run for run in self._runs.values() if run.device == device]

    def _say_standings(self, place: Connection) -> None:
        with self._ledger.changed:
            for device in DEVICES:
                runs = self._on(device)
                found = self._desks[device].standings(runs, place.place(device)) if runs else {}
                for run in runs:
                    if run.job.job_id in found:
                        run.job.standing = found[run.job.job_id]

    def _send_next(self, due: Due) -> None:
        run = due.run
        try:
            block = run.send(due.quick)
        except Exception:
            if run.connection.alive:
                raise
            self._lost(run.connection)
            return
        if block is not None:
            self._desks[run.device].sent(due, block)
            if run.connection.in_turn:
                self._began(run)

    def _start(self, run: Dispatch) -> None:
        self._mailbox.post(partial(self._began, run, time.monotonic()))

    def _bring(self, run: Dispatch, block: Any, outcome: Any) -> None:
        self._mailbox.post(partial(self._arrived, run, block, outcome))

    def _arrived(self, run: Dispatch, block: Any, outcome: Any) -> None:
        self._desks[run.device].back(run, block, outcome)
        self._take_in(run, block, outcome)
        self._give()

    def _take_in(self, run: Dispatch, block: Any, outcome: Any) -> None:
        if self._runs.get(run.job.job_id) is not run or not run.current:
            return
        if isinstance(outcome, LostError):
            self._lost(run.connection)
            return
        with self._failing(run.job, run.number):
            if isinstance(outcome, Exception):
                raise outcome
            if outcome is None:
                run.give_back(block)
                return
            run.connection.useful = True
            self.history.add(run, block, outcome)
            self._aside.computed(run.job)
            result = self._keep(run, block, outcome)
            if result is None:
                self._save(run.job)  # another engine has it, which the keeper finds
            else:
                self._add(run, block.id, result)

    def _keep(self, run: Dispatch, block: Any, finished: Finished) -> dict[str, Any] | None:
        """Write what a block returned, and delete what is of no use after that.

        Its state comes before its result, and what it had gone on from goes last: at every moment
        the store holds what the missing blocks go on from.
        """
        folder = run.job.folder
        result: dict[str, Any] | None = finished.result
        if finished.state is not None and run.chains.needs(block):
            folder.states.write(block.id, finished.state)
        if run.job.kind.lasts(finished.result):
            result = self._keeper.keep(run.job, block.id, finished.result)
            if result is None:
                return None
        folder.states.remove(run.chains.end(block))
        return result

    def _add(self, run: Dispatch, block_id: str, result: dict[str, Any]) -> None:
        job = run.job
        with self._ledger.changed:
            if not run.current:
                return
            job.add({block_id: result})
            if job.complete:
                self._mark(job, "done")
            elif job.state == "waiting":
                job.become("running", self._aside.moved(job))
            self._ledger.changed.notify_all()
        if run.current:
            self._save(job)
        else:
            self._settle(job, job.run)

    def _began(self, run: Dispatch, at: float | None = None) -> None:
        """Note that somebody computes a job, since `at` where word of it comes later."""
        with self._ledger.changed:
            if not run.current or run.job.state != "waiting":
                return
            run.job.become("running", self._aside.moved(run.job), at)
            self._ledger.changed.notify_all()
        with self._failing(run.job, run.number):
            self._save(run.job)

    def _end(self, job: Job, number: int, state: JobState, message: str | None = None) -> None:
        with self._ledger.changed:
            if job.run != number:
                return
            self._mark(job, state, message)
        self._settle(job, job.run)

    def _mark(self, job: Job, state: JobState, message: str | None = None) -> None:
        job.run += 1
        job.become(state, message)
        logger.info("Job %s is %s", job.job_id, state)
        self._ledger.changed.notify_all()

    def _settle(self, job: Job, number: int) -> None:
        """Do for a job that was marked as ended what takes time."""
        self._forget(job)
        try:
            if job.run == number:
                self._save(job)
        except StoreError as error:
            # What is in memory stays there for the pages; the store will be behind.
            logger.error("The end of a job could not be written to %s: %s", error.path, error)
        except MoevizError:
            logger.exception("The end of a job could not be written")
        self._give()

    def _save(self, job: Job) -> None:
        if not self._keeper.save(job):
            self._forget(job)
            self._follow_if_taken(job)

    def _forget(self, job: Job) -> None:
        run = self._runs.get(job.job_id)
        if run is not None and not run.current:
            del self._runs[job.job_id]
            run.cancel()
            self._desks[run.device].drop(run)
        self._pending = [(kept, number) for kept, number in self._pending if kept.run == number]
        self._aside.tidy(job)

    def _follow_if_taken(self, job: Job) -> None:
        with self._ledger.changed:
            if job.active and not job.mine:
                self.follow(job)

    @contextmanager
    def _failing(self, job: Job, number: int) -> Iterator[None]:
        """Turn an error into the end of the job that it happened to."""
        try:
            yield
        except MoevizError as error:
            if isinstance(error, StoreError):
                logger.error("%s: %s", error.path, error)
            self._end(job, number, "failed", str(error))
        except Exception:
            logger.exception("The engine met an unexpected error")
            self._end(
                job,
                number,
                "failed",
                "Expected the engine to go on, but it met an error that it does not know, which is "
                "in the server's log; run it again.",
            )
