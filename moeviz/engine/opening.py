"""The way to a runner: opened, opened again where it was lost, given up where that goes on."""

from __future__ import annotations

from moeviz.engine.dispatch import Connection, Listener, Runner

LOSSES = 3
"""Workers that are lost this often in a row without having computed anything are given up."""

LOST = (
    f"Expected the workers to stay, but they were lost {LOSSES} times in a row before they had "
    "computed anything; look for what ends them, often too little memory."
)
"""What is said then."""


class Opening:
    """Opens one runner. For one thread.

    Parameters
    ----------
    runner : Runner
        The place where jobs are computed.
    listener : Listener
        Who hears how that goes; it tells this object of it in its own thread.

    Attributes
    ----------
    connection : Connection or None
        The open place; None while it is being opened.
    """

    def __init__(self, runner: Runner, listener: Listener) -> None:
        self.connection: Connection | None = None
        self._runner = runner
        self._listener = listener
        self._begun = False
        self._losses = 0

    def begin(self) -> None:
        """Begin to open the runner, unless that was begun."""
        if not self._begun:
            self._begun = True
            self._runner.open(self._listener)

    def opened(self, connection: Connection) -> None:
        """Take in that it is open."""
        self._begun = False
        self.connection = connection

    def failed(self) -> None:
        """Take in that it could not be opened."""
        self._begun = False

    def lost(self, connection: Connection) -> bool:
        """Let go of the connection, which has ended; return whether it is to be opened again."""
        self.connection = None
        self._losses = 0 if connection.useful else self._losses + 1
        connection.close()
        again = self._losses < LOSSES
        if not again:
            self._losses = 0
        return again

    def close(self) -> None:
        """End it."""
        if self.connection is not None:
            self.connection.close()
        self._runner.close()
