"""Questions to the store of those who cannot wait for long, as a page with somebody before it.

A database that stands still says neither yes nor no. So a thread beside asks, and whoever wants to
know waits for a moment only, and for none once it is seen that nothing is answered.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from moeviz.engine.errors import LostStoreError

T = TypeVar("T")

PATIENCE_SECONDS = 1.5
"""How long one waits for an answer."""

MOST_THREADS = 8
"""Questions that are asked at once."""

IDLE_SECONDS = 10.0
"""After so long without a question a thread ends."""


class LateError(Exception):
    """A question has no answer yet.

    Attributes
    ----------
    kept : bool
        Whether what it was to write may be kept all the same.
    """

    def __init__(self, kept: bool) -> None:
        super().__init__()
        self.kept = kept


class Call:
    """A question on its way.

    Attributes
    ----------
    left : bool
        Whether nobody waits for its answer any more.
    ends : bool
        Whether nothing is left to do but to keep what was written.
    """

    def __init__(self, work: Callable[[Call], Any]) -> None:
        self.left = False
        self.ends = False
        self.began = time.monotonic()
        self.over = threading.Event()
        self.found: Any = None
        self.error: BaseException | None = None
        self._work = work

    def stay(self) -> None:
        """Go on only if somebody waits for the answer.

        Raises
        ------
        LateError
            If nobody does.
        """
        if self.left:
            raise LateError(kept=False)

    def run(self) -> None:
        """Ask, and note what was found or met."""
        try:
            self.found = self._work(self)
        except BaseException as error:
            self.error = error


class Brief:
    """Asks in threads of its own. All methods may be called from any thread.

    Who asks must hold no lock that a question waits for.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: queue.SimpleQueue[Call] = queue.SimpleQueue()
        self._threads = 0
        self._given = 0
        self._open: dict[Call, Hashable] = {}
        self._next: dict[Hashable, Call] = {}
        self._answered = 0.0
        self._tried = 0.0
        self._mine = threading.local()

    @property
    def late(self) -> bool:
        """Whether a question is open for longer than one waits, and none was answered since."""
        with self._lock:
            return self._is_late()

    def ask(self, work: Callable[[Call], T], about: Hashable = None) -> T:
        """Return what `work` returns, if that does not take long.

        Parameters
        ----------
        work : function
            Takes the call, by which it can tell whether anybody waits for it still.
        about : hashable, optional
            Of questions about the same one is asked at a time, to its end; who comes meanwhile
            shares the next one.

        Raises
        ------
        LateError
            If there is no answer yet.
        """
        if getattr(self._mine, "asks", False):
            return work(Call(work))
        with self._lock:
            call = self._next.get(about) if about is not None else None
            if self._is_late():
                if call is None and time.monotonic() - self._tried >= PATIENCE_SECONDS:
                    self._tried = time.monotonic()
                    self._made(work, about).left = True  # whether it is answered by now
                raise LateError(kept=False)
            if call is None:
                call = self._made(work, about)
        if not call.over.wait(max(0.0, call.began + PATIENCE_SECONDS - time.monotonic())):
            call.left = True
            raise LateError(kept=call.ends)
        if call.error is not None:
            raise call.error
        found: T = call.found
        return found

    def _is_late(self) -> bool:
        # What is open since before the last answer takes long, and is no sign of anything.
        since = [call.began for call in self._open if call.began > self._answered]
        return bool(since) and min(since) < time.monotonic() - PATIENCE_SECONDS

    def _made(self, work: Callable[[Call], Any], about: Hashable) -> Call:
        call = Call(work)
        follows = about is not None and about in self._open.values()
        self._open[call] = about
        if follows:
            self._next[about] = call
            return call
        self._given += 1
        self._waiting.put(call)
        if self._given > self._threads and self._threads < MOST_THREADS:
            self._threads += 1
            threading.Thread(target=self._work, name="moeviz-brief", daemon=True).start()
        return call

    def _work(self) -> None:
        self._mine.asks = True
        while True:
            try:
                call = self._waiting.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                with self._lock:
                    if self._given < self._threads:
                        self._threads -= 1
                        return
                continue
            call.run()
            with self._lock:
                about = self._open.pop(call)
                if not isinstance(call.error, LostStoreError | LateError):
                    self._answered = time.monotonic()
                following = self._next.pop(about, None) if about is not None else None
                if following is None:
                    self._given -= 1
                else:
                    self._waiting.put(following)
            call.over.set()
