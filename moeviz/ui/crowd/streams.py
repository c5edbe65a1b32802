"""A stream of a job's news, read as a browser reads it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from moeviz.text import json_text

_VERSION = re.compile(rb'"version": ?(\d+),"state": ?"(?!waiting)')
"""Of a job that waits a version is told more than once: its place in the line changes."""


@dataclass
class Stream:
    """What came through one stream of events.

    Attributes
    ----------
    messages, size : int
        How many came; bytes as they were sent, packed.
    end : str
        The last event's name: ``end`` when the job has ended.
    told : dict of int to str
        The name of each text by the version of the job that it tells of.
    last : bytes
        The newest text.
    """

    messages: int = 0
    size: int = 0
    end: str = ""
    told: dict[int, str] = field(default_factory=dict)
    last: bytes = b""

    def take(self, lines: list[bytes]) -> None:
        """Read lines of events."""
        for line in lines:
            if line.startswith(b"event: ") and line != b"event: beat":
                self.end = line.removeprefix(b"event: ").decode()
            elif line.startswith(b"data: {") and not self.end:
                self.messages += 1
                self.last = line.removeprefix(b"data: ")
                found = _VERSION.search(self.last)
                if found is not None:
                    self.told[int(found[1])] = hashlib.sha256(self.last).hexdigest()[:16]

    def screen(self) -> str:
        """Return a name of what the newest text has drawn; "" where nothing is."""
        drawn = json.loads(self.last)["screen"] if self.last else None
        return "" if drawn is None else screen_name(drawn)


def screen_name(screen: object) -> str:
    """Return a short name of what is drawn, the same for the same.

    Parameters
    ----------
    screen : object
        Plain data.
    """
    return hashlib.sha256(json_text(screen, compact=True).encode()).hexdigest()[:16]


async def watch(url: str, job: str, stream: Stream, cookie: str = "") -> None:
    """Read a job's stream to its end.

    Parameters
    ----------
    url : str
        The server's address.
    job : str
        The job's name.
    stream : Stream
        Where to count what comes.
    cookie : str
        By which the browser says whose it is; "" for one that has none.
    """
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=1 << 26)
    try:
        path = f"{place.path.rstrip('/')}/moeviz/live/{job}?theme=light"
        said = f"Cookie: {cookie}\r\n" if cookie else ""
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\nAccept: text/event-stream\r\n"
            f"Accept-Encoding: gzip\r\n{said}Connection: close\r\n\r\n".encode()
        )
        await reader.readuntil(b"\r\n\r\n")
        unpacker = zlib.decompressobj(wbits=31)
        line = b""
        while size := int(await reader.readline(), 16):
            stream.size += size
            content = unpacker.decompress((await reader.readexactly(size + 2))[:-2])
            *lines, line = (line + content).split(b"\n")
            stream.take(lines)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
