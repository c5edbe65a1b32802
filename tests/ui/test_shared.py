"""What all visitors share is in no cache that a visitor can empty."""

from __future__ import annotations

import threading

import pytest
import streamlit as st
from streamlit.proto.BackMsg_pb2 import BackMsg

from moeviz.engine import EngineError
from moeviz.ui.shared import session
from moeviz.ui.shared.messages import WANTED, is_wanted
from moeviz.ui.shared.session import Shared


class Thing:
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def test_emptying_streamlits_caches_leaves_engine_and_checker_open(monkeypatch):
    monkeypatch.setattr(session, "Engine", lambda **_: Thing())
    monkeypatch.setattr(session, "Checker", Thing)
    session.close_engine()
    shared = session.engine(), session.checker()
    st.cache_data.clear()
    st.cache_resource.clear()
    assert (session.engine(), session.checker()) == shared
    assert [thing.closed for thing in shared] == [0, 0]
    session.close_engine()
    assert [thing.closed for thing in shared] == [1, 1]
    session.close_engine()
    assert [thing.closed for thing in shared] == [1, 1]


def test_a_server_that_ends_takes_on_nothing_more(monkeypatch):
    monkeypatch.setattr(session, "Engine", lambda **_: Thing())
    monkeypatch.setattr(session, "Checker", Thing)
    session.close_engine()
    held = session.engine()
    session.end_engine()
    assert held.closed == 1
    for made in (session.engine, session.checker):
        with pytest.raises(EngineError, match="ends just now"):
            made()
    session.close_engine()  # the next server of this process
    assert session.engine() is not held
    session.close_engine()


def test_many_visitors_at_once_make_one_thing():
    made = []
    start = threading.Barrier(8)
    shared = Shared(lambda: made.append(Thing()) or made[-1])

    def visit() -> None:
        start.wait()
        shared()

    visitors = [threading.Thread(target=visit) for _ in range(8)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert len(made) == 1


@pytest.mark.parametrize("kind", [field.name for field in BackMsg.DESCRIPTOR.fields])
def test_only_what_pages_send_comes_through(kind):
    message = BackMsg()
    part = getattr(message, kind)
    if isinstance(part, bool):
        setattr(message, kind, True)
    else:
        part.SetInParent()
    simple = kind in WANTED and kind != "backend_operation_request"
    assert is_wanted(message.SerializeToString()) == simple


def test_of_operations_only_downloads_and_tables_come_through():
    passed = set()
    for name in ("deferred_file", "install_skills", "dismiss_skills_nudge", "dataframe_chunk"):
        message = BackMsg()
        getattr(message.backend_operation_request, name).SetInParent()
        if is_wanted(message.SerializeToString()):
            passed.add(name)
    assert passed == {"deferred_file", "dataframe_chunk"}


@pytest.mark.parametrize(("content", "wanted"), [(None, False), (b"", False), (b"\xff\xff", True)])
def test_text_and_nothing_are_dropped_and_nonsense_is_left_to_streamlit(content, wanted):
    assert is_wanted(content) == wanted
