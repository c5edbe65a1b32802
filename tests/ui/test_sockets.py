"""The server's connections send small messages at once."""

from __future__ import annotations

import socket

import pytest

from moeviz.ui.shared import sockets
from moeviz.ui.shared.sockets import send_at_once


def waits(one: socket.socket) -> bool:
    return not one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("early", [True, False])
def test_who_connects_to_the_port_is_answered_at_once(early: bool):
    with socket.socket() as server, socket.socket() as other:
        for each in (server, other):
            each.bind(("127.0.0.1", 0))
        if not early:
            server.listen()
        assert send_at_once(server.getsockname()[1]) == 1
        server.listen()
        with socket.create_connection(server.getsockname()) as browser:
            accepted, _ = server.accept()
            with accepted:
                assert not waits(accepted)
            assert waits(browser)
        assert waits(other)


def test_where_files_cannot_be_listed_nothing_changes(monkeypatch, tmp_path):
    monkeypatch.setattr(sockets, "OPEN_FILES", str(tmp_path / "absent"))
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        assert send_at_once(server.getsockname()[1]) == 0
        assert waits(server)
