"""What a lecturer is told at the start: where a class finds the server, what may be in the way."""

from __future__ import annotations

import io
import ipaddress
import socket
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

import streamlit as st

from moeviz.serving import LOOPBACK, below

_APART = ("docker", "veth", "br-", "virbr", "vmnet", "vboxnet", "tun", "tap", "wg", "utun", "cni")
"""Beginnings of the names of networks that no room is on."""

_WHITE_ON_BLACK, _AS_BEFORE = "\033[97;40m", "\033[0m"

MOST_ROWS = 200
"""Of a terminal that are left empty."""

_NOBODY = "192.0.2.1"
"""An address of no machine; asking how one would get there sends nothing."""


@dataclass(frozen=True, order=True)
class Place:
    """An address of this machine.

    Attributes
    ----------
    rank : int
        How likely the room reaches it; the best is 0.
    address : str
    card : str
        The network card's name.
    """

    rank: int
    address: str
    card: str

    @property
    def new(self) -> bool:
        """Whether it is one of the internet protocol's version 6."""
        return ":" in self.address

    @property
    def host(self) -> str:
        """As it stands in a link."""
        return f"[{self.address}]" if self.new else self.address


def alone_words() -> str:
    """Return what is said of an address that names this very machine: nobody else gets there."""
    if str(st.get_option("server.address") or "") in LOOPBACK:
        return (
            "Phones cannot reach this address: it works on this computer alone. Start the app with "
            "python -m moeviz serve --classroom, and open it by the address that this prints."
        )
    return (
        "Phones cannot reach this address: it works on this computer alone. Open the page by this "
        "computer's address in the network."
    )


def places() -> list[Place]:
    """Return this machine's addresses in its networks, those that a room likely reaches first."""
    import psutil

    up = {name for name, card in psutil.net_if_stats().items() if card.isup}
    found = [
        (name, each.address.partition("%")[0])
        for name, addresses in psutil.net_if_addrs().items()
        for each in addresses
        if name in up and each.family in (socket.AF_INET, socket.AF_INET6)
    ]
    return ranked(found, _way_out())


def ranked(found: Iterable[tuple[str, str]], way_out: str) -> list[Place]:
    """Return addresses in the order in which to try them.

    Parameters
    ----------
    found : iterable of (str, str)
        A card's name and an address.
    way_out : str
        The address from which this machine reaches others.
    """
    return sorted(Place(*place) for place in _ranks(found, way_out))


def _ranks(found: Iterable[tuple[str, str]], way_out: str) -> Iterator[tuple[int, str, str]]:
    for card, text in found:
        address = ipaddress.ip_address(text)
        if address.is_loopback or address.is_link_local or address.is_multicast:
            continue
        apart = card.lower().startswith(_APART)
        rank = 0 if text == way_out and not apart else 1
        yield rank + 2 * (address.version == 6) + 4 * apart, text, card


def announced(port: int, base: str, found: Iterable[Place], wide: bool = True) -> str:
    """Return what the lecturer reads in the terminal.

    Parameters
    ----------
    port : int
    base : str
        The path below which the app lives; "" for none.
    found : iterable of Place
        The addresses, the best first.
    wide : bool
        Whether it is a terminal, in which a QR code can be drawn.
    """
    path = below(base) or "/"
    links = [(f"http://{place.host}:{port}{path}", place.card) for place in found]
    lines = ["", "  moeviz for a class", ""]
    if links:
        lines += [f"  {link}   ({card})" for link, card in links]
        if len(links) > 1:
            lines += ["", "  The first is likely the room's; try the next where it is not."]
        lines += ["", *(_code(links[0][0]) if wide else [])]
    else:
        lines += ["  This machine is on no network: nobody else can get here.", ""]
    return "\n".join([*lines, *(f"  {line}" if line else "" for line in hints(port)), ""])


def key_words(rows: int) -> tuple[str, str]:
    """Return what stands before the key and after it: a screen of nothing, so that it is not shown.

    Parameters
    ----------
    rows : int
        Of the terminal.
    """
    before = [
        "",
        "  The key ends anybody's job: give it on the page Your jobs, under Lecturer. What a class",
        "  may see comes a screen below; the key is found again by scrolling up.",
        "",
    ]
    return "\n".join(before), "\n" * min(rows, MOST_ROWS)


def hints(port: int) -> list[str]:
    """Return what may be in the way of a class, and what goes without https.

    Parameters
    ----------
    port : int
    """
    return [
        "If a phone finds no page: this computer's firewall may hold the port shut",
        f"(Linux: sudo ufw allow {port}/tcp, or firewall-cmd --add-port={port}/tcp; macOS and",
        "Windows ask at the first start), or the room's Wi-Fi keeps its guests apart.",
        "Then use another network, or a phone's hotspot.",
        "",
        "Without https browsers lend pages no clipboard: Copy falls back to an older way,",
        "and where that is shut too it says so and leaves the link selected. What is sent can",
        "be read by others on the network. See docs/deploy.md for a proxy with https.",
        "",
        "Ctrl-C ends the server; what is finished stays.",
    ]


def _code(link: str) -> list[str]:
    import segno

    drawn = io.StringIO()
    segno.make_qr(link, error="l").terminal(out=drawn, border=2, compact=True)
    # White on black whatever the terminal's own colours: not every phone reads the other way round.
    lines = drawn.getvalue().rstrip("\n").splitlines()
    return [*(f"  {_WHITE_ON_BLACK}{line}{_AS_BEFORE}" for line in lines), ""]


def _way_out() -> str:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect((_NOBODY, 9))
            return str(probe.getsockname()[0])
        except OSError:
            return ""
