"""What a lecturer reads when the server starts."""

from __future__ import annotations

import pytest
import streamlit as st

from moeviz.serving import Serving
from moeviz.ui.shared import announce as announcing
from moeviz.ui.shared import lecturer
from moeviz.ui.shared.announce import link
from moeviz.ui.shared.classroom import Place, alone_words, announced, places, ranked

FOUND = [
    ("lo", "127.0.0.1"),
    ("docker0", "172.17.0.1"),
    ("eth0", "10.0.0.5"),
    ("wlan0", "192.168.1.20"),
    ("wlan0", "2001:db8::20"),
    ("wlan0", "fe80::1"),
    ("tun0", "10.8.0.2"),
]


def test_the_rooms_likely_address_comes_first_and_none_that_nobody_reaches():
    found = ranked(FOUND, "192.168.1.20")
    assert [place.address for place in found] == [
        "192.168.1.20",
        "10.0.0.5",
        "2001:db8::20",
        "10.8.0.2",
        "172.17.0.1",
    ]
    assert found[2].host == "[2001:db8::20]"


def test_a_tunnel_is_not_the_room_though_all_goes_through_it():
    assert ranked(FOUND, "10.8.0.2")[0].address != "10.8.0.2"


def test_this_machine_has_no_address_of_its_own_alone_among_them():
    assert all(not place.address.startswith("127.") for place in places())


def test_it_says_where_and_what_may_be_in_the_way():
    said = announced(8501, "lab", ranked(FOUND, "192.168.1.20"))
    lines = said.splitlines()
    assert "  http://192.168.1.20:8501/lab   (wlan0)" in lines
    assert sum("█" in line or "▀" in line or "▄" in line for line in lines) > 10  # the QR code
    for word in ("firewall", "8501/tcp", "https", "Copy"):
        assert word in said
    assert max(len(line) for line in lines if "█" not in line) <= 90


def test_without_a_network_it_says_so():
    assert "on no network" in announced(8501, "", [])


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("given", [True, False])
def test_the_key_is_said_in_a_terminal_alone_and_one_that_was_given_is_not_repeated(
    terminal, given, monkeypatch, capsys
):
    options = {"server.port": 9000, "server.address": "0.0.0.0", "server.headless": True}
    found = [Place(0, "192.168.1.20", "wlan0"), Place(2, "2001:db8::20", "wlan0")]
    monkeypatch.setattr(announcing.st, "get_option", options.get)
    monkeypatch.setattr(announcing, "places", lambda: found)
    monkeypatch.setattr(lecturer, "_said", [])
    monkeypatch.setattr(announcing.sys.stdout, "isatty", lambda: terminal, raising=False)
    monkeypatch.setenv(lecturer.VARIABLE, "the-s3cret-key-of-a-lecturer" if given else "")
    announcing.announce(Serving(classroom=True), "")
    said = capsys.readouterr().out
    assert "http://192.168.1.20:9000/ " in said
    assert "2001:db8" not in said  # nobody listens there
    assert ("Lecturer's key" in said) == terminal
    assert "the-s3cret-key-of-a-lecturer" not in said
    assert (lecturer.key() in said) == (terminal and not given)
    if terminal:  # What may be shown to a class stands alone, below.
        assert said.index("Lecturer's key") < said.index("\n" * 20) < said.index("http://")


@pytest.mark.parametrize(
    ("host", "base", "address"),
    [
        ("localhost", "", "http://localhost:1/"),
        ("::1", "lab", "http://[::1]:1/lab"),
    ],
)
def test_a_link_names_host_port_and_path(host, base, address):
    assert link(host, 1, base) == address


@pytest.mark.parametrize(
    ("address", "told"), [("127.0.0.1", True), ("0.0.0.0", False), (None, False)]
)
def test_who_listens_on_this_computer_alone_is_told_how_to_start_for_a_class(
    monkeypatch: pytest.MonkeyPatch, address: str | None, told: bool
):
    monkeypatch.setattr(st, "get_option", lambda name: address)
    assert ("serve --classroom" in alone_words()) is told
