"""Phones of a lecture room without a browser: they join, listen, answer and come back.

They speak the room's addresses as the phones' page does: small requests, which are sent again while
the server is away, and one stream of news each.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from moeviz.text import json_text

AGAIN_SECONDS = 0.5
"""Between two tries while the server is away."""

PATIENCE_SECONDS = 120.0
"""What has not come by then never comes."""


class Phone:
    """One phone, or the lecturer's screen.

    Parameters
    ----------
    url : str
        The server's address.

    Attributes
    ----------
    cookies : dict of str to str
    told : dict or None
        The newest message.
    """

    def __init__(self, url: str) -> None:
        self._place = urlsplit(url)
        self.cookies: dict[str, str] = {}
        self.told: dict[str, Any] | None = None
        self.heard: Callable[[dict[str, Any], float], None] = lambda told, at: None
        self._news = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None

    async def send(self, path: str, data: Any) -> dict[str, Any]:
        """Send something until it is answered, and return the answer.

        Raises
        ------
        LookupError
            If the server refuses.
        TimeoutError
            If it does not come back.
        """
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    status, head, body = await self._asked("POST", path, json_text(data).encode())
                except (OSError, EOFError, asyncio.IncompleteReadError, IndexError, ValueError):
                    status = 503
                if status < 500:
                    break
                await asyncio.sleep(AGAIN_SECONDS)
        for line in head.split(b"\r\n"):
            name, _, value = line.decode().partition(":")
            if name.lower() == "set-cookie":
                cookie, _, kept = value.strip().partition(";")[0].partition("=")
                self.cookies[cookie] = kept
        if status != 200:
            raise LookupError(f"Expected an answer at {path}, but got {status}: {body[:200]!r}.")
        found: dict[str, Any] = json.loads(body)
        return found

    def listen(self, path: str) -> None:
        """Listen to a stream from now on, and again whenever it is lost.

        Parameters
        ----------
        path : str
        """
        self._listening = asyncio.create_task(self._listen(path))

    async def until(self, ready: Callable[[dict[str, Any]], bool]) -> float:
        """Wait until a message fits; return when it came, by the clock.

        Parameters
        ----------
        ready : callable

        Raises
        ------
        TimeoutError
            If none comes.
        """
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.told is None or not ready(self.told):
                self._news.clear()
                await self._news.wait()
        return time.monotonic()

    async def close(self) -> None:
        """Stop listening."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    async def _asked(self, method: str, path: str, body: bytes) -> tuple[int, bytes, bytes]:
        reader, writer = await asyncio.open_connection(self._place.hostname, self._place.port)
        try:
            writer.write(self._request(method, path, len(body)) + body)
            head = await reader.readuntil(b"\r\n\r\n")
            return int(head.split()[1]), head, await reader.read()
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def _request(self, method: str, path: str, length: int) -> bytes:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        below = self._place.path.rstrip("/")
        return (
            f"{method} {below}{path} HTTP/1.1\r\nHost: {self._place.netloc}\r\n"
            f"Cookie: {cookies}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"
            "Connection: close\r\n\r\n"
        ).encode()

    async def _listen(self, path: str) -> None:
        while True:
            with suppress(OSError, EOFError, asyncio.IncompleteReadError, IndexError, ValueError):
                await self._read(path)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _read(self, path: str) -> None:
        reader, writer = await asyncio.open_connection(
            self._place.hostname, self._place.port, limit=1 << 24
        )
        try:
            writer.write(self._request("GET", path, 0))
            head = await reader.readuntil(b"\r\n\r\n")
            if int(head.split()[1]) != 200:
                return
            rest = b""
            while size := int(await reader.readline(), 16):
                rest += (await reader.readexactly(size + 2))[:-2]
                *lines, rest = rest.split(b"\n")
                for line in lines:
                    if line.startswith(b"data: {"):
                        self._take(json.loads(line.removeprefix(b"data: ")))
        finally:
            writer.close()

    def _take(self, told: dict[str, Any]) -> None:
        self.told = told
        self.heard(told, time.monotonic())
        self._news.set()
