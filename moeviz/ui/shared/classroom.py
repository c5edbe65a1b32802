"""What a lecturer is told at the start: where a class finds the server, what may be in the way."""

from __future__ import annotations

import io
import ipaddress
import socket
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

_APART = ("docker", "veth", "br-", "virbr", "vmnet", "vboxnet", "tun", "tap", "wg", "utun", "cni")
"""Beginnings of the names of networks that no room is on."""

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
    def host(self) -> str:
        """As it stands in a link."""
        return f"[{self.address}]" if ":" in self.address else self.address


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


def announced(
    port: int, base: str, found: Iterable[Place], key: str | None, wide: bool = True
) -> str:
    """Return what the lecturer reads in the terminal.

    Parameters
    ----------
    port : int
    base : str
        The path below which the app lives; "" for none.
    found : iterable of Place
        The addresses, the best first.
    key : str or None
        The lecturer's key; None where what is printed may be kept.
    wide : bool
        Whether a QR code can be drawn.
    """
    below = f"/{base}" if base else "/"
    links = [(f"http://{place.host}:{port}{below}", place.card) for place in found]
    lines = ["", "  moeviz for a class", ""]
    if links:
        lines += [f"  {link}   ({card})" for link, card in links]
        if len(links) > 1:
            lines += ["", "  The first is likely the room's; try the next where it is not."]
        lines += ["", *(_code(links[0][0]) if wide else [])]
    else:
        lines += ["  This machine is on no network: nobody else can get here.", ""]
    if key is not None:
        lines += [f"  Lecturer's key: {key}", "  It ends anybody's job: keep it off the wall.", ""]
    else:
        lines += [
            "  The lecturer's key is not printed where output may be kept;",
            "  set MOEVIZ_LECTURER_KEY.",
            "",
        ]
    return "\n".join([*lines, *(f"  {line}" if line else "" for line in hints(port)), ""])


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
    ]


def _code(link: str) -> list[str]:
    import segno

    drawn = io.StringIO()
    segno.make_qr(link, error="l").terminal(out=drawn, border=2, compact=True)
    return [*drawn.getvalue().rstrip("\n").splitlines(), ""]


def _way_out() -> str:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect((_NOBODY, 9))
            return str(probe.getsockname()[0])
        except OSError:
            return ""
