"""Hosts of a network of their own: network namespaces of this machine, each with a name.

They are joined by a bridge in a namespace of its own, which reaches nothing else.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress

PROGRAMS = ("ip", "unshare", "hostname")


def why_no_hosts() -> str | None:
    """Why there can be none here, or None."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        return f"network namespaces need {', '.join(missing)}"
    if os.getuid() != 0:
        return "network namespaces need root"
    probe = f"moeviz-{os.getpid()}-probe"
    made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, text=True)
    if made.returncode:
        return f"network namespaces are not allowed here: {made.stderr.strip()}"
    try:
        done = subprocess.run(
            ["ip", "netns", "exec", probe, "unshare", "--uts", "hostname", probe],
            capture_output=True,
            text=True,
        )
        return f"a host cannot be named here: {done.stderr.strip()}" if done.returncode else None
    finally:
        ip("netns", "del", probe)


def ip(*words: object) -> None:
    subprocess.run(["ip", *map(str, words)], check=True, capture_output=True)


class Host:
    """One host.

    Attributes
    ----------
    name, address : str
    """

    def __init__(self, network: Network, number: int) -> None:
        self.name = f"host-{number}"
        self.address = f"10.77.0.{number}"
        self._hub = network.hub
        self._port = f"port{number}"
        self.space = f"{network.hub}-{number}"
        ip("netns", "add", self.space)
        ip("link", "add", "wire", "netns", self.space, "type", "veth", "peer", "name", self._port,
           "netns", self._hub)  # fmt: skip
        ip("-n", self._hub, "link", "set", self._port, "master", "bridge", "up")
        ip("-n", self.space, "addr", "add", f"{self.address}/24", "dev", "wire")
        ip("-n", self.space, "link", "set", "wire", "up")
        ip("-n", self.space, "link", "set", "lo", "up")

    def words(self, *words: object) -> list[str]:
        """How a program is started there."""
        named = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', self.name]
        return ["ip", "netns", "exec", self.space, *named, *map(str, words)]

    def python(
        self,
        *words: object,
        environment: Mapping[str, str] | None = None,
        hears: bool = False,
        again: bool = False,
    ) -> subprocess.Popen[str]:
        """Start Python there, with the modules of this process; what it says is heard or not.

        What is started `again` whenever it ends is a service.
        """
        program = [sys.executable, *words]
        if again:
            program = ["sh", "-c", 'while :; do "$@"; sleep 1; done', "service", *program]
        heard = subprocess.PIPE if hears else subprocess.DEVNULL
        return subprocess.Popen(
            self.words(*program),
            env={
                **os.environ,
                **(environment or {}),
                "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            },
            stdout=heard,
            stderr=heard,
            text=True,
        )

    def cut(self) -> None:
        """Pull the cable."""
        ip("-n", self._hub, "link", "set", self._port, "down")

    def join(self) -> None:
        """Put the cable back."""
        ip("-n", self._hub, "link", "set", self._port, "up")


class Network:
    """A bridge, and the hosts at it."""

    def __init__(self) -> None:
        self.hub = f"moeviz-{os.getpid()}"
        self._hosts: list[Host] = []
        ip("netns", "add", self.hub)
        ip("-n", self.hub, "link", "add", "bridge", "type", "bridge")
        ip("-n", self.hub, "link", "set", "bridge", "up")

    def host(self) -> Host:
        self._hosts.append(Host(self, len(self._hosts) + 1))
        return self._hosts[-1]

    def end(self) -> None:
        for space in (*(host.space for host in self._hosts), self.hub):
            with suppress(subprocess.CalledProcessError):
                ip("netns", "del", space)
