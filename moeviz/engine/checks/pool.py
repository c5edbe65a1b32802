"""Processes that compute blocks and are killed when one is late or no longer wanted.

A process is kept for the next block, since loading takes longer than most checks do. One that is
late, gone or no longer wanted is killed, and another one takes its place.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from moeviz.engine.checks.process import CheckProcess, GoneError, LateError
from moeviz.engine.dispatch import Arrived, Began, Dispatch, Finished, Listener, OneDevice
from moeviz.engine.errors import EngineError
from moeviz.engine.jobs import Job
from moeviz.errors import Cancelled


@dataclass(eq=False)
class Task:
    """One block that waits for a process or is in one."""

    dispatch: Queued
    block: Any
    unwanted: bool = False


class Queued(Dispatch):
    """Sends the missing blocks of a job to the processes of a pool.

    Parameters
    ----------
    job : Job
        The job.
    pool : Pool
        The pool.
    began, arrived : functions
        Called in a thread of the pool.
    """

    def __init__(self, job: Job, pool: Pool, began: Began, arrived: Arrived) -> None:
        super().__init__(job, pool, arrived)
        self._pool = pool
        self._began = began
        self._tasks: list[Task] = []

    def cancel(self) -> None:
        tasks, self._tasks = self._tasks, []
        self._pool.forget(tasks)

    def begin(self) -> None:
        """Say that a process has begun."""
        self._began(self)

    def end(self, task: Task, outcome: Any) -> None:
        """Hand over what came out of a task, unless nobody waits for it."""
        if not task.unwanted:
            self._arrived(self, task.block, outcome)

    def _send(self, block: Any, state: bytes | None, quick: bool) -> None:
        task = Task(self, block)
        self._tasks.append(task)
        self._pool.put(task)


class Pool(OneDevice):
    """A runner and its connection at once: processes of this machine, one thread for each.

    Parameters
    ----------
    processes : int
        How many blocks run at once. The first process starts when the pool is opened, another
        one when it is needed.
    command : sequence of str
        What a process is started with.
    """

    in_turn = False
    quick_slots = 0
    ahead = False

    def __init__(self, processes: int, command: Sequence[str]) -> None:
        self.useful = False
        self.slots = processes
        self._command = command
        self._changed = threading.Condition()
        self._queue: deque[Task] = deque()
        self._closed = False
        self._threads = [
            threading.Thread(
                target=self._work, args=(n == 0,), name=f"moeviz-check-{n}", daemon=True
            )
            for n in range(processes)
        ]

    @property
    def alive(self) -> bool:
        """Whether it is open."""
        return not self._closed

    def open(self, listener: Listener) -> None:
        """Start the threads and the first process; that neither fails nor is lost."""
        for thread in self._threads:
            thread.start()
        listener.opened(self)

    def dispatch(self, job: Job, began: Began, arrived: Arrived) -> Queued:
        """Return what sends the blocks of a job."""
        return Queued(job, self, began, arrived)

    def put(self, task: Task) -> None:
        """Have a task done once a process is free."""
        with self._changed:
            self._queue.append(task)
            self._changed.notify()

    def forget(self, tasks: Sequence[Task]) -> None:
        """Let go of tasks; a process that is at one of them is killed."""
        with self._changed:
            for task in tasks:
                task.unwanted = True
            self._queue = deque(task for task in self._queue if not task.unwanted)

    def close(self) -> None:
        """End all processes."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=5)

    # One thread for each process.

    def _work(self, eager: bool) -> None:
        process = self._started() if eager else None
        try:
            while (task := self._next()) is not None:
                if process is not None and not process.alive:
                    process.kill()  # it ended while nobody asked; that is no check's fault
                    process = None
                try:
                    process = process or CheckProcess(self._command)
                except GoneError as error:
                    task.dispatch.end(task, error)
                    continue
                if not self._run(task, process):
                    process.kill()
                    process = self._started() if eager else None
        finally:
            if process is not None:
                process.kill()

    def _started(self) -> CheckProcess | None:
        """Return a process that is ready, or None; why, the next check will say."""
        if self._closed:
            return None
        process: CheckProcess | None = None
        try:
            process = CheckProcess(self._command)
            process.wait_until_ready(lambda: self._closed)
        except (LateError, GoneError, Cancelled):
            if process is not None:
                process.kill()
            return None
        return process

    def _next(self) -> Task | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or bool(self._queue))
            return None if self._closed else self._queue.popleft()

    def _run(self, task: Task, process: CheckProcess) -> bool:
        """Run one task, and return whether its process can be used again."""
        dispatch = task.dispatch

        def stopped() -> bool:
            return task.unwanted or self._closed

        try:
            process.wait_until_ready(stopped)
            dispatch.begin()
            answer = process.ask(dispatch.job.spec.to_json(), task.block.cost, stopped)
        except Cancelled:
            return False
        except (LateError, GoneError) as error:
            dispatch.end(task, error)
            return False
        result = answer.get("result")
        failed = result is None
        dispatch.end(task, EngineError(str(answer.get("error"))) if failed else Finished(result))
        return True
