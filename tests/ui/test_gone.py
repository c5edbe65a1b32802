"""Pages that nobody can come back to are let go, and no others."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from streamlit import runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo

from moeviz.ui.shared import gone
from moeviz.ui.shared.gone import Gone, let_go_of_pages


class Session:
    def __init__(self, name: str) -> None:
        self.id = name
        self.ended = 0

    def shutdown(self) -> None:
        self.ended += 1


class Manager:
    """Pages that are open, and Streamlit's own storage of those that are closed."""

    def __init__(self, seconds: float) -> None:
        self._session_storage = MemorySessionStorage(ttl_seconds=seconds)
        self.here: dict[str, Session] = {}

    def list_active_sessions(self) -> list[Any]:
        return [SimpleNamespace(session=session) for session in self.here.values()]

    def close(self, session: Session) -> None:
        self.here.pop(session.id, None)
        self._session_storage.save(SessionInfo(client=None, session=session))

    def come_back(self, session: Session) -> None:
        self._session_storage.delete(session.id)
        self.here[session.id] = session


def test_a_page_is_let_go_once_it_cannot_come_back_and_only_then():
    manager = Manager(seconds=120)
    now = [0.0]
    manager._session_storage._cache._timer = lambda: now[0]
    pages = Gone(manager)
    left, back = Session("left"), Session("back")
    manager.close(left)
    manager.close(back)
    assert pages.let_go() == 0
    manager.come_back(back)
    now[0] = 100.0
    assert pages.let_go() == 0
    now[0] = 121.0
    assert pages.let_go() == 1
    assert (left.ended, back.ended) == (1, 0)
    assert pages.let_go() == 0


def test_a_streamlit_that_keeps_pages_in_another_way_is_left_alone(monkeypatch, caplog):
    monkeypatch.setattr(gone, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(runtime, "get_instance", SimpleNamespace)
    asyncio.run(asyncio.wait_for(let_go_of_pages(), 5.0))
    assert "left to Streamlit" in caplog.text
