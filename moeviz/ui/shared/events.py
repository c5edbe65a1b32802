"""Server-sent events, and how they are packed once for all who read them.

Packed, an event is a piece of a deflate stream that refers to nothing before it. So each reader's
stream, which begins where the reader came in, is put together from the same pieces.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from functools import cached_property

_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LAST_BLOCK = b"\x03\x00"
_LEVEL = 4


@dataclass(frozen=True)
class Event:
    """One event as it stands in a stream.

    Attributes
    ----------
    content : bytes
        With the empty line that ends it.
    """

    content: bytes

    @cached_property
    def packed(self) -> bytes:
        """The content as a piece of a deflate stream."""
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        return packer.compress(self.content) + packer.flush(zlib.Z_FULL_FLUSH)


async def plain(events: AsyncGenerator[Event, None]) -> AsyncGenerator[bytes, None]:
    """Return a stream of events as bytes.

    Parameters
    ----------
    events : async generator of Event
        Closed with this one.
    """
    async with aclosing(events):
        async for event in events:
            yield event.content


async def packed(events: AsyncGenerator[Event, None]) -> AsyncGenerator[bytes, None]:
    """Return a stream of events as the bytes of one gzip file (RFC 1952).

    Parameters
    ----------
    events : async generator of Event
        Closed with this one.
    """
    check, size = 0, 0
    yield _HEAD
    async with aclosing(events):
        async for event in events:
            check = zlib.crc32(event.content, check)
            size += len(event.content)
            yield event.packed
    yield _LAST_BLOCK + struct.pack("<II", check, size & 0xFFFFFFFF)
