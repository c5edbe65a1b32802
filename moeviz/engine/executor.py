"""Has jobs computed: begins them, sends their blocks to the runner, takes in what comes back."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from moeviz.engine.desk import Due
from moeviz.engine.dispatch import Connection, Dispatch, Listener, LostError, Runner
from moeviz.engine.endings import Endings
from moeviz.engine.history import History
from moeviz.engine.jobs import Job
from moeviz.engine.keeper import Keeper
from moeviz.engine.ledger import Ledger
from moeviz.engine.opening import LOST, Opening
from moeviz.engine.room import make_room
from moeviz.engine.runs import Runs
from moeviz.engine.store import DEVICES, Store
from moeviz.engine.wishes import Wishes

GONE_SECONDS = 10.0
"""Where nobody was there to compute on a kind of device for so long, its blocks are taken back."""

Post = Callable[[Callable[[], None]], None]
"""Has the monitor's thread call a function, after what it was asked before."""

logger = logging.getLogger(__name__)


class Executor:
    """Computes the jobs of one engine at one runner. For the monitor's thread.

    Parameters
    ----------
    ledger : Ledger
        The jobs, and the lock that guards them.
    store : Store
        Where blocks are written.
    runner : Runner
        The place where jobs are computed.
    keeper : Keeper
        Who writes them.
    wishes : Wishes
        Who wants which job.
    any_device : bool
        Whether a job may be handed on to processors where the GPUs are gone.
    post : function
        See :data:`Post`.
    taken : function
        Takes a job that another engine has taken over.

    Attributes
    ----------
    history : History
        Which blocks came back lately.
    runs : Runs
        What is under way.
    endings : Endings
        How jobs end.
    """

    def __init__(
        self,
        ledger: Ledger,
        store: Store,
        runner: Runner,
        keeper: Keeper,
        wishes: Wishes,
        any_device: bool,
        post: Post,
        taken: Callable[[Job], None],
    ) -> None:
        self.history = History()
        self.runs = Runs(ledger)
        self.endings = Endings(ledger, keeper, self.runs, self._give, taken)
        self._ledger = ledger
        self._store = store
        self._keeper = keeper
        self._wishes = wishes
        self._any_device = any_device
        self._post = post
        self._taken = taken
        listener = Listener(
            opened=lambda connection: post(partial(self._opened, connection)),
            failed=lambda message: post(partial(self._failed, message)),
            lost=lambda connection: post(partial(self._lost, connection)),
            grown=lambda: post(self._give),
            noted=lambda sentence: post(partial(self._noted, sentence)),
        )
        self._opening = Opening(runner, listener)

    @property
    def connection(self) -> Connection | None:
        """The open place; None while it is being opened. For any thread."""
        return self._opening.connection

    # --- The runner.

    def open(self) -> None:
        """Begin to open the runner."""
        self._opening.begin()

    def close(self) -> None:
        """End all jobs and the runner."""
        for job, number in self.runs.begun() + self.runs.pending:
            self.endings.end(job, number, "interrupted")
        self._opening.close()

    def _opened(self, connection: Connection) -> None:
        self._opening.opened(connection)
        for job, number in self.runs.take_pending():
            self.begin(job, number)

    def _failed(self, message: str) -> None:
        self._opening.failed()
        for job, number in self.runs.take_pending():
            self.endings.end(job, number, "failed", message)

    def _lost(self, connection: Connection) -> None:
        """Open the runner again and send what was under way in the connection that is gone."""
        if connection is not self.connection:
            return
        lost = self.runs.lose()
        again = self._opening.lost(connection)
        with self._ledger.changed:
            for run in lost:
                if run.current:
                    run.job.become("waiting", "The workers were lost; starting them again.")
                    run.job.standing = None
                    self.runs.pending.append((run.job, run.number))
            self._ledger.changed.notify_all()
        if again:
            self.open()
        else:
            self._failed(LOST)

    def _noted(self, sentence: str) -> None:
        logger.warning(sentence)
        with self._ledger.changed:
            for run in self.runs.sending():
                if run.current:
                    run.job.become(run.job.state, sentence)
            self._ledger.changed.notify_all()

    # --- Workers that are gone, and those that came back.

    def look_for_workers(self) -> None:
        """Put aside what nobody is there to compute any more; go on when somebody is."""
        place = self.connection
        if place is None:
            return
        for run in self.runs.sending():
            if run.current and place.missing(run.device) >= GONE_SECONDS:
                with self.endings.failing(run.job, run.number):
                    self._put_aside(run)
        aside = self.runs.aside
        for waiting in aside.waiting():
            with self.endings.failing(waiting.job, waiting.number):
                device = aside.device_now(waiting, place, self._any_device)
                if device is None:
                    continue
                aside.end(waiting)
                if device != waiting.job.folder.device:
                    self._keeper.leave(waiting.job)
                self.begin(waiting.job, waiting.number, device)

    def _put_aside(self, run: Dispatch) -> None:
        sentence = self.runs.aside.put(run.job, run.number, run.device, self._any_device)
        self.runs.drop(run)
        with self._ledger.changed:
            run.job.standing = None
            run.job.become("waiting", sentence)
            self._ledger.changed.notify_all()
        self.endings.save(run.job)

    def say_standings(self) -> None:
        """Say of each job where it stands among the others."""
        if self.connection is not None:
            self.runs.say_standings(self.connection)

    # --- Jobs.

    def begin(self, job: Job, number: int, device: str | None = None) -> None:
        """Begin a run of a job, on a kind of device; a job waits where there is no connection."""
        if self.connection is not None and not self.connection.alive:
            self._lost(self.connection)
        if self.connection is None:
            self.runs.pending.append((job, number))
            self.open()
            return
        with self.endings.failing(job, number):
            device = device or self.connection.device_for(job.kind, job.spec)
            folder = self._store.folder(job.job_id, device, job.kind)
            claimed = self._keeper.claim(job, number, folder)
            self._wishes.say(job, fresh=claimed)
            if not claimed:
                self._taken(job)
            elif job.complete:
                self.endings.end(job, number, "done")
            else:
                run = self.connection.dispatch(job, self._start, self._bring)
                if run.chains.linked:
                    make_room(self._store, job.kind)
                self.runs.add(run)
                self._give()

    def _give(self) -> None:
        """Send blocks until there is no place for another."""
        for device in DEVICES:
            while (place := self.connection) is not None:
                due = self.runs.next(device, place)
                if due is None:
                    break
                with self.endings.failing(due.run.job, due.run.number):
                    self._send(due)
        self.say_standings()

    def _send(self, due: Due) -> None:
        run = due.run
        try:
            block = run.send(due.quick)
        except Exception:
            if run.connection.alive:
                raise
            self._lost(run.connection)
            return
        if block is not None:
            self.runs.sent(due, block)
            if run.connection.in_turn:
                self._began(run)

    def _start(self, run: Dispatch) -> None:
        self._post(partial(self._began, run, time.monotonic()))

    def _bring(self, run: Dispatch, block: Any, outcome: Any) -> None:
        self._post(partial(self._arrived, run, block, outcome))

    def _arrived(self, run: Dispatch, block: Any, outcome: Any) -> None:
        self.runs.back(run, block, outcome)
        self._take_in(run, block, outcome)
        self._give()

    def _take_in(self, run: Dispatch, block: Any, outcome: Any) -> None:
        if not self.runs.has(run):
            return
        if isinstance(outcome, LostError):
            self._lost(run.connection)
            return
        with self.endings.failing(run.job, run.number):
            if isinstance(outcome, Exception):
                raise outcome
            if outcome is None:
                run.give_back(block)
                return
            run.connection.useful = True
            self.history.add(run, block, outcome)
            self.runs.aside.computed(run.job)
            result = self._keeper.take_in(run, block, outcome)
            if result is None:
                self.endings.save(run.job)  # another engine has it, which the keeper finds
            else:
                self._add(run, block.id, result)

    def _add(self, run: Dispatch, block_id: str, result: dict[str, Any]) -> None:
        job = run.job
        said = job.kind.lasts(result)  # Then the store was told with the block how the job stands.
        with self._ledger.changed:
            if not run.current:
                return
            job.add({block_id: result})
            if job.complete:
                self.endings.mark(job, "done")
            elif job.state == "waiting":
                job.become("running", self.runs.aside.moved(job))
                said = False
            self._ledger.changed.notify_all()
        if not run.current:
            self.endings.settle(job, job.run)
        elif not said:
            self.endings.save(job)

    def _began(self, run: Dispatch, at: float | None = None) -> None:
        """Note that somebody computes a job, since `at` where word of it comes later."""
        with self._ledger.changed:
            if not run.current or run.job.state != "waiting":
                return
            run.job.become("running", self.runs.aside.moved(run.job), at)
            self._ledger.changed.notify_all()
        with self.endings.failing(run.job, run.number):
            self.endings.save(run.job)
