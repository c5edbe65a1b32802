"""What a server is told: whom it answers, in whose frames, behind which proxies.

A command writes it into the environment, the server reads it there. So the same can be said in a
unit of systemd's or a container's file.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass

from moeviz.errors import SpecificationError

HOSTS = "MOEVIZ_HOSTS"
PROXIES = "MOEVIZ_PROXIES"
FRAMES = "MOEVIZ_FRAMES"
CLASSROOM = "MOEVIZ_CLASSROOM"

MOST = 50
"""Entries of each list."""

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Names of this machine to itself; they are always allowed."""

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"\*|(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")
_FRAME = re.compile(rf"https?://(?:\*\.)?{_LABEL}(?:\.{_LABEL})*(?::[0-9]{{1,5}})?")
_BASE = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Serving:
    """What a server is told.

    Attributes
    ----------
    hosts : tuple of str
        Names by which it may be asked for: exact ones, ``*.name`` for all below one, ``*`` for any.
        Without any: the machine's own names, and addresses written as numbers.
    proxies : tuple of str
        Addresses and networks of proxies whose word on where a request came from is taken.
    frames : tuple of str
        Other sites whose pages may show this one in a frame, as ``https://course.example``.
    classroom : bool
        Whether a class is told where to look when it starts.
    """

    hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    classroom: bool = False

    def __post_init__(self) -> None:
        for host in self.hosts:
            if not _HOST.fullmatch(host) and _address(host) is None:
                raise _refused("a host's name, as lab.example or *.example", host)
        for proxy in self.proxies:
            if _network(proxy) is None:
                raise _refused("a proxy's address or network, as 10.0.0.1 or 10.0.0.0/8", proxy)
        for frame in self.frames:
            if not _FRAME.fullmatch(frame):
                raise _refused("a site, as https://course.example", frame)
        for name, entries in (("hosts", self.hosts), ("proxies", self.proxies)):
            if len(entries) > MOST:
                raise SpecificationError(
                    f"Expected at most {MOST} {name}, but got {len(entries)}; name a domain or a "
                    "network."
                )

    @property
    def networks(self) -> tuple[Network, ...]:
        """The proxies."""
        return tuple(network for each in self.proxies if (network := _network(each)) is not None)

    def environment(self) -> dict[str, str]:
        """Return the variables that tell a server."""
        said = {
            HOSTS: " ".join(self.hosts),
            PROXIES: " ".join(self.proxies),
            FRAMES: " ".join(self.frames),
            CLASSROOM: "1" if self.classroom else "",
        }
        return {name: text for name, text in said.items() if text}


def told(environment: Mapping[str, str]) -> Serving:
    """Return what the environment tells a server.

    Parameters
    ----------
    environment : mapping of str to str
        Lists are separated by spaces or commas.

    Raises
    ------
    SpecificationError
        If an entry cannot be read.
    """
    hosts, proxies, frames = (
        tuple(environment.get(name, "").replace(",", " ").lower().split())
        for name in (HOSTS, PROXIES, FRAMES)
    )
    return Serving(hosts, proxies, frames, environment.get(CLASSROOM, "") == "1")


def base_path(text: str) -> str:
    """Return a path below which the app is to live, without slashes around it.

    Parameters
    ----------
    text : str
        As ``/lab`` or ``lab``; "" or ``/`` for none.

    Raises
    ------
    SpecificationError
        If it holds anything but letters, digits, ``-`` and ``_`` between its slashes.
    """
    path = text.strip("/")
    if path and not (len(path) <= 100 and _BASE.fullmatch(path)):
        raise _refused("a path of letters, digits, - and _, as /lab", text)
    return path


def below(base: str) -> str:
    """Return what addresses begin with where the app lives below a path: ``/lab``, or "" for none.

    Parameters
    ----------
    base : str
        The path, with slashes around it or without.
    """
    path = base.strip("/")
    return f"/{path}" if path else ""


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _refused(what: str, text: str) -> SpecificationError:
    shown = "".join(c if c.isprintable() else " " for c in text[:60])
    return SpecificationError(f"Expected {what}, but got '{shown}'; look at it again.")
