"""A class that watches one study, each with page and stream, and changes something now and then."""

from __future__ import annotations

import asyncio
import math
import random
import resource
import zlib
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState

from moeviz.text import json_text
from moeviz.ui.crowd.visitor import Visitor, visiting

EXPERTS = ("tanh", "gelu")
"""Choices that take turns."""

PATIENCE_SECONDS = 60.0
"""An answer that has not come by then counts as never given."""

START_SECONDS = 300.0
"""How long the study may take to begin and end."""


@dataclass
class Stream:
    """What came through one stream of events.

    Attributes
    ----------
    messages, bytes : int
        How many came; bytes as they were sent, packed.
    end : str
        The last event's name: ``end`` when the job has ended.
    """

    messages: int = 0
    bytes: int = 0
    end: str = ""


async def watch(url: str, job: str, stream: Stream) -> None:
    """Read a job's stream to its end.

    Parameters
    ----------
    url : str
        The server's address.
    job : str
        The job's name.
    stream : Stream
        Where to count what comes.
    """
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=1 << 26)
    try:
        path = f"{place.path.rstrip('/')}/moeviz/live/{job}?theme=light"
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\nAccept: text/event-stream\r\n"
            "Accept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode()
        )
        await reader.readuntil(b"\r\n\r\n")
        unpacker = zlib.decompressobj(wbits=31)
        line = b""
        while size := int(await reader.readline(), 16):
            stream.bytes += size
            content = unpacker.decompress((await reader.readexactly(size + 2))[:-2])
            *lines, line = (line + content).split(b"\n")
            for each in lines:
                stream.messages += each.startswith(b"id: ")
                if each.startswith(b"event: ") and each != b"event: beat":
                    stream.end = each.removeprefix(b"event: ").decode()
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def another_choice(visitor: Visitor, turn: int) -> WidgetState:
    """Return a pick of the lab's strip, as the browser sends it.

    Parameters
    ----------
    visitor : Visitor
        With the lab drawn.
    turn : int
        Two choices take turns.

    Raises
    ------
    LookupError
        If the page shows no strip.
    """
    picked = {"field": "experts", "name": EXPERTS[turn % 2], "mode": "alone"}
    said = [{"event": "picked", "value": picked}]
    trigger = _make_trigger_id(visitor.component("chips").id, "events")
    return WidgetState(id=trigger, json_trigger_value=json_text(said))


async def attend(url: str, job: str, study: str, visitors: int, every: float) -> dict[str, Any]:
    """Have a study run, with visitors who watch it until it has ended.

    Parameters
    ----------
    url : str
        The server's address.
    job : str
        The study's name.
    study : str
        The query of the convergence lab's link to the study's form.
    visitors : int
        How many watch beside the one who presses Run; 0 for a study that nobody watches.
    every : float
        Seconds between one visitor's changes.

    Returns
    -------
    dict
        ``answers`` (seconds from a change to the end of the script, of all changes), ``never`` (how
        many were not answered), ``messages``, ``bytes`` and ``ended`` (of the streams) and
        ``processor_seconds`` of this process.
    """
    fields = dict(parse_qsl(study, keep_blank_values=True))
    streams = [Stream() for _ in range(visitors)]
    answers: list[float] = []
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(visiting(url, polls=False, **fields))
        pages = [
            await stack.enter_async_context(visiting(url, polls=False, **fields, job=job))
            for _ in range(visitors)
        ]
        await first.press("Run")
        changing = [asyncio.create_task(_change(page, every, answers)) for page in pages]
        reading = [asyncio.create_task(watch(url, job, stream)) for stream in streams]
        try:
            async with asyncio.timeout(START_SECONDS):
                await asyncio.gather(*reading)
        finally:
            for task in [*changing, *reading]:
                task.cancel()
            ends = await asyncio.gather(*changing, *reading, return_exceptions=True)
    broken = [end for end in ends if isinstance(end, LookupError)]
    if broken:
        raise broken[0]
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "answers": [took for took in answers if math.isfinite(took)],
        "never": sum(not math.isfinite(took) for took in answers),
        "messages": sum(stream.messages for stream in streams),
        "bytes": sum(stream.bytes for stream in streams),
        "ended": sum(stream.end == "end" for stream in streams),
        "processor_seconds": used.ru_utime + used.ru_stime,
    }


async def _change(visitor: Visitor, every: float, answers: list[float]) -> None:
    """Change something again and again; each visitor begins at another moment."""
    await asyncio.sleep(random.uniform(0, every))
    turn = 0
    while True:
        turn += 1
        try:
            answers.append(await visitor.run(another_choice(visitor, turn), wait=PATIENCE_SECONDS))
        except TimeoutError:
            answers.append(math.inf)
        await asyncio.sleep(every)
