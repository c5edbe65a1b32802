"""How long a job was computed, and how long it still takes."""

from __future__ import annotations

import time


class Clock:
    """Time spent computing, over all runs of a job, and an estimate of what is left.

    Parameters
    ----------
    before : float
        Seconds spent in earlier runs.
    """

    def __init__(self, before: float = 0.0) -> None:
        self._before = before
        self._since: float | None = None
        self._last = 0.0
        self._cost_at_start = 0.0

    def start(self, cost_done: float, since: float | None = None) -> None:
        """Begin to count, from now or from `since`; nothing happens when it counts already."""
        if self._since is None:
            self._since = self._last = time.monotonic() if since is None else since
            self._cost_at_start = cost_done

    def progress(self, cost_done: float) -> None:
        """Note that blocks have ended just now."""
        if self._since is not None and cost_done > self._cost_at_start:
            self._last = time.monotonic()

    def stop(self) -> None:
        """Stop counting."""
        self._before, self._since = self.seconds(), None

    def seconds(self) -> float:
        """Return the seconds counted so far."""
        return self._before + (time.monotonic() - self._since if self._since is not None else 0.0)

    def left(self, done: float, total: float) -> float | None:
        """Estimate the seconds left, at the pace of this run (or of all, when none is known here).

        Parameters
        ----------
        done, total : float
            Cost of the finished blocks and of all.
        """
        if self._since is None:
            return (total - done) * self._before / done if done > 0 else None
        in_run, spent = done - self._cost_at_start, self._last - self._since
        if in_run <= 0 or spent <= 0:
            return None
        return max((total - done) * spent / in_run - (time.monotonic() - self._last), 0.0)
