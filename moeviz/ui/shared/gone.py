"""Pages that have gone for good: what the server holds for them is let go.

Streamlit keeps what belongs to a closed page for two minutes, in case it comes back, but looks at
the time only when the next page closes, and then leaves the rest to the collector. Each page holds
an event loop, which is three open files. After a lecture that would be hundreds, until somebody
comes by.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from typing import Any

from streamlit import runtime

LOOK_SECONDS = 20.0
"""Between two looks."""

logger = logging.getLogger(__name__)


class Gone:
    """Ends the sessions that nobody can come back to. To be used in the server's event loop.

    Parameters
    ----------
    manager : object
        Streamlit's, of its sessions.
    """

    def __init__(self, manager: Any) -> None:
        self._manager = manager
        self._kept: dict[str, Any] = {}

    def let_go(self) -> int:
        """End what cannot be come back to any more; return how many sessions that were."""
        storage = self._manager._session_storage
        storage._cache.expire()
        kept = {info.session.id: info.session for info in storage.list()}
        here = {info.session.id for info in self._manager.list_active_sessions()}
        gone = [s for name, s in self._kept.items() if name not in kept and name not in here]
        self._kept = kept
        for session in gone:
            session.shutdown()
        if gone and not here:
            gc.collect()  # Nobody waits; while somebody does, Python collects when it has to.
        return len(gone)


async def let_go_of_pages() -> None:
    """Look now and then, until cancelled.

    A Streamlit that keeps them in another way is left alone.
    """
    gone = None
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            if gone is None:
                gone = Gone(runtime.get_instance()._session_mgr)
            gone.let_go()
        except AttributeError as error:
            logger.warning("Pages that have gone are left to Streamlit: %s", error)
            return
        except Exception:
            logger.exception("A page that has gone could not be let go")
