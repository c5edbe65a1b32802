"""Running checks of the symbolic floor outside the page's process.

A process is kept for the next check, since loading takes longer than most checks do. One that is
late, gone or no longer wanted is killed, and another one takes its place. Verdicts are kept on
disk, so that nothing is computed twice.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from moeviz.engine.checks.check import (
    CLAIM_SECONDS,
    COMPOSED_SECONDS,
    CheckView,
    Request,
    State,
    Verdicts,
    key_of,
)
from moeviz.engine.checks.process import COMMAND, CheckProcess, GoneError, LateError
from moeviz.engine.errors import EngineError
from moeviz.engine.store import Store
from moeviz.engine.workers.hardware import local_workers
from moeviz.errors import Cancelled

REMEMBERED = 64
"""Checks kept in memory; finished ones stay on disk."""

MOST_WAITING = 200
"""Checks that may wait for a free process."""


@dataclass(eq=False)
class _Job:
    """One run of one check."""

    request: dict[str, Any]
    view: CheckView
    began: float = 0.0
    unwanted: bool = False

    def now(self) -> CheckView:
        if self.view.state != "running":
            return self.view
        return replace(self.view, seconds=time.monotonic() - self.began)


class Checker:
    """Runs checks in processes of their own. All methods may be called from any thread.

    Parameters
    ----------
    store : Store, optional
        Verdicts are kept in its folder ``checks``.
    processes : int, optional
        How many checks run at once; by default two, or one where there is one core. The first
        starts at once, another one when it is needed.
    limits : tuple of float
        Seconds for each test of a claim in the catalogue, and for a composed one.
    command : sequence of str
        What a process is started with.
    """

    def __init__(
        self,
        store: Store | None = None,
        processes: int | None = None,
        limits: tuple[float, float] = (CLAIM_SECONDS, COMPOSED_SECONDS),
        command: Sequence[str] = COMMAND,
    ) -> None:
        self._verdicts = Verdicts((store or Store()).root / "checks")
        self._limits = limits
        self._command = command
        self._changed = threading.Condition()
        self._jobs: OrderedDict[str, _Job] = OrderedDict()
        self._queue: deque[_Job] = deque()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, args=(n == 0,), name=f"moeviz-check-{n}")
            for n in range(processes or min(2, local_workers()))
        ]
        for thread in self._threads:
            thread.daemon = True
            thread.start()

    def submit(self, request: Request) -> CheckView:
        """Have a check run, unless it is running or its verdict is known.

        Parameters
        ----------
        request : mapping
            ``{"claim": id}`` or ``{"compose": {...}}``, JSON-able.

        Returns
        -------
        CheckView

        Raises
        ------
        EngineError
            If the checker is closed, or too many checks wait.
        """
        known = self.look(request)
        if known is not None and (known.active or (known.state == "done" and known.final)):
            return known
        with self._changed:
            if self._closed:
                raise EngineError("Expected an open checker, but it was closed; make a new one.")
            if len(self._queue) >= MOST_WAITING:
                raise EngineError(
                    f"Expected at most {MOST_WAITING} checks to wait, but there are as many "
                    "already; try again in a minute."
                )
            limit = self._limits["compose" in request]
            job = _Job(dict(request), CheckView(key_of(request), "waiting", limit=limit))
            self._remember(job)
            self._queue.append(job)
            self._changed.notify_all()
            return job.view

    def look(self, request: Request) -> CheckView | None:
        """Return a check as it stands, or None when it was never asked for.

        Parameters
        ----------
        request : mapping
        """
        key = key_of(request)
        with self._changed:
            job = self._jobs.get(key)
            if job is not None:
                return job.now()
        kept = self._verdicts.read(key)
        if kept is not None:
            with self._changed:
                if key not in self._jobs:
                    self._remember(_Job(dict(request), kept))
        return kept

    def cancel(self, request: Request) -> None:
        """Give a check up; nothing happens to one that has ended.

        Parameters
        ----------
        request : mapping
        """
        with self._changed:
            job = self._jobs.get(key_of(request))
            if job is not None:
                self._give_up(job)

    def wait(self, request: Request, seconds: float | None = None) -> CheckView | None:
        """Wait until a check has ended, or for some seconds, and return it as it stands."""

        def ended() -> bool:
            view = self.look(request)
            return view is None or not view.active

        with self._changed:
            self._changed.wait_for(ended, seconds)
        return self.look(request)

    def close(self) -> None:
        """End all processes; what they are computing counts as cancelled."""
        with self._changed:
            self._closed = True
            for job in self._jobs.values():
                self._give_up(job)
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout=5)

    def _give_up(self, job: _Job) -> None:
        if job.view.active:
            job.unwanted = True
            job.view = replace(job.now(), state="cancelled")
            if job in self._queue:
                self._queue.remove(job)
            self._changed.notify_all()

    def _remember(self, job: _Job) -> None:
        """Remember a job; the oldest that have ended are forgotten. Only under the lock."""
        self._jobs[job.view.key] = job
        self._jobs.move_to_end(job.view.key)
        ended = [key for key, each in self._jobs.items() if not each.view.active]
        for key in ended[: max(0, len(self._jobs) - REMEMBERED)]:
            del self._jobs[key]

    # One thread for each process.

    def _work(self, eager: bool) -> None:
        process: CheckProcess | None = None
        try:
            while not self._closed:
                if process is None and eager:
                    process = self._started()
                job = self._next()
                if job is None:
                    return
                if process is not None and not process.alive:
                    process.kill()  # it ended while nobody asked; that is no check's fault
                    process = None
                process = process or CheckProcess(self._command)
                if not self._run(job, process):
                    process.kill()
                    process = None
        finally:
            if process is not None:
                process.kill()

    def _started(self) -> CheckProcess | None:
        """Return a process that is ready, or None; why, the next check will say."""
        process = CheckProcess(self._command)
        try:
            process.wait_until_ready(lambda: self._closed)
        except (LateError, GoneError, Cancelled):
            process.kill()
            return None
        return process

    def _next(self) -> _Job | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or bool(self._queue))
            return None if self._closed else self._queue.popleft()

    def _run(self, job: _Job, process: CheckProcess) -> bool:
        """Run one check, and return whether its process can be used again."""
        stopped: Callable[[], bool] = lambda: job.unwanted  # noqa: E731
        try:
            process.wait_until_ready(stopped)
            self._begin(job)
            answer = process.ask(job.request, job.view.limit, stopped)
        except Cancelled:
            return False
        except (LateError, GoneError) as error:
            self._end(job, "failed", message=str(error))
            return False
        verdict = answer.get("verdict")
        if verdict is None:
            self._end(job, "failed", message=str(answer.get("error", "")))
        else:
            final = bool(answer.get("final", True))
            if final:
                self._verdicts.write(job.view.key, verdict)
            self._end(job, "done", verdict, final=final)
        return True

    def _begin(self, job: _Job) -> None:
        with self._changed:
            if job.view.active:
                job.began = time.monotonic()
                job.view = replace(job.view, state="running")
                self._changed.notify_all()

    def _end(
        self,
        job: _Job,
        state: State,
        verdict: dict[str, Any] | None = None,
        message: str = "",
        final: bool = True,
    ) -> None:
        with self._changed:
            if job.view.active:
                job.view = replace(
                    job.now(), state=state, verdict=verdict, message=message, final=final
                )
                self._changed.notify_all()
