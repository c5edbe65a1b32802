"""What ends the streams that are open, when the server is asked to end."""

from __future__ import annotations

from collections.abc import Callable

STREAMS: list[Callable[[], None]] = []
"""Called in the event loop; modules that open streams add to it."""
