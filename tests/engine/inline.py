"""A place where blocks are computed in a thread of this process, one after another."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

from moeviz.engine.dispatch import Arrived, Began, Dispatch, Finished, Listener, OneDevice
from moeviz.engine.jobs import Job
from moeviz.errors import Cancelled


class Inline(OneDevice):
    """A runner and its connection at once.

    Attributes
    ----------
    sent : list of (str, int)
        Blocks in the order in which they were sent, with the bytes that went with them.
    ran : list of str
        Blocks in the order in which they ended.
    pause : function of a block's id
        Called before a block runs.
    """

    in_turn = True
    alive = True
    slots = 1000
    quick_slots = 0
    ahead = False

    def __init__(self) -> None:
        self.useful = False
        self.sent: list[tuple[str, int]] = []
        self.ran: list[str] = []
        self.pause: Callable[[str], object] = lambda _: None
        self.tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def open(self, listener: Listener) -> None:
        self._thread.start()
        listener.opened(self)

    def dispatch(self, job: Job, began: Began, arrived: Arrived) -> Tasks:
        return Tasks(job, self, arrived)

    def close(self) -> None:
        self.tasks.put(None)

    def _work(self) -> None:
        while (task := self.tasks.get()) is not None:
            task()


class Tasks(Dispatch):
    stopped = False

    def _send(self, block: Any, state: bytes | None, quick: bool) -> None:
        runner, kind = self.connection, self.job.kind
        assert isinstance(runner, Inline)
        runner.sent.append((block.id, len(state or b"")))

        def run() -> None:
            if self.stopped:
                return
            runner.pause(block.id)
            try:
                done = kind.go_on(self.job.spec, block, state, "cpu", lambda: self.stopped)
            except Cancelled:
                self._arrived(self, block, None)
            else:
                runner.ran.append(block.id)
                self._arrived(self, block, Finished(*done))

        runner.tasks.put(run)

    def cancel(self) -> None:
        self.stopped = True
