"""A lecture room with forty phones on a server of its own, which is killed while they answer."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from moeviz.bench.pages import percentile
from moeviz.bench.room_phones import Phone
from moeviz.bench.work import Row, row

PHONES = 40
ANSWERING_SECONDS = 5.0
"""Over which a class answers."""

SETTLE_SECONDS, STILL_SECONDS = 60.0, 5.0
"""How long a server may take to load what it needs, and how long its memory then stands still."""

PAGE = "convergence?preset=cosine-exact"
"""From which the room is opened: it asks for a slope, and its reveal starts a study."""

STEP, LOW, BY = "slope", -1.5, 0.05


class Killable:
    """The app on one port, started again and again.

    Parameters
    ----------
    home : Path
        For store and log.
    """

    def __init__(self, home: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.home = home
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it answers later."""
        command = [sys.executable, "-m", "moeviz", "app", "--headless", "--port", str(self.port)]
        environment = {**os.environ, "MOEVIZ_HOME": str(self.home)}
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def kill(self) -> None:
        """End it at once, with its workers, as if the machine had."""
        if self.process is None:
            return
        try:
            family = psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            family = []
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        for child in family:
            try:
                child.kill()
            except psutil.NoSuchProcess:
                continue

    def settled(self) -> float:
        """Wait until it has loaded what it loads, a minute at most; return its memory, in MB."""
        end, held, since = time.monotonic() + SETTLE_SECONDS, 0.0, time.monotonic()
        while time.monotonic() < end and time.monotonic() - since < STILL_SECONDS:
            if abs(self.memory() - held) > 1.0:
                held, since = self.memory(), time.monotonic()
            time.sleep(0.5)
        return self.memory()

    def memory(self) -> float:
        """Return the server's own memory, in MB."""
        assert self.process is not None
        return float(psutil.Process(self.process.pid).memory_info().rss) / 1e6


def room_benchmark(phones: int = PHONES) -> list[Row]:
    """Lead a class through one question, kill the app while it answers, and reveal.

    Parameters
    ----------
    phones : int

    Returns
    -------
    list of dict
        How long joining took, an answer to the lecturer's screen, coming back after the kill, and
        the reveal to all phones; how many acknowledged answers were lost; the server's memory.
    """
    with tempfile.TemporaryDirectory() as home:
        server = Killable(Path(home))
        server.start()
        try:
            met = asyncio.run(_lecture(server, phones))
        finally:
            server.kill()
    each = f"{phones} phones"
    memory = f"server {met['before']:.0f} MB before the class, {met['after']:.0f} MB with it"
    lost = f"{met['lost']} of {phones} acknowledged answers lost, {met['turned']} were changed"
    times = {
        f"{each} join at once: the last one sees the question ({memory})": max(met["joins"]),
        f"{each} answer within {ANSWERING_SECONDS:g} s: on the lecturer's screen, median": (
            percentile(sorted(met["answers"]), 0.5)
        ),
        f"{each} answer: on the lecturer's screen, 95th percentile": (
            percentile(sorted(met["answers"]), 0.95)
        ),
        f"kill -9 while {each} answer ({lost}): from the restart to the last one back": (
            met["back"]
        ),
        f"reveal on {each}, 95th percentile": percentile(sorted(met["reveals"]), 0.95),
        f"reveal on {each}, the last": max(met["reveals"]),
    }
    more = {"lost": met["lost"], "memory_mb": [met["before"], met["after"]]}
    return [row("room", work, took, "no peer", None, **more) for work, took in times.items()]


async def _lecture(server: Killable, count: int) -> dict[str, Any]:
    lecturer = Phone(server.url)
    opened = await lecturer.send("/moeviz/room/open", {"page": PAGE, "title": "A class"})
    place = f"/moeviz/room/{opened['code']}"
    before = await asyncio.to_thread(server.settled)
    shown: dict[float, float] = {}

    def heard(told: dict[str, Any], at: float) -> None:
        for slope, _ in (told.get("together") or {}).get("fan", ()):
            shown.setdefault(slope, at)

    lecturer.heard = heard
    lecturer.listen(f"{place}/lead")
    await lecturer.send(f"{place}/act", {"action": "lead", "value": 1})

    phones = [Phone(server.url) for _ in range(count)]
    began = time.monotonic()
    joined = await asyncio.gather(*(_join(phone, place) for phone in phones))
    joins = [at - began for at in joined]

    slopes = [round(LOW + BY * place, 2) for place in range(count)]
    sent = await asyncio.gather(
        *(_answer(phone, place, slope) for phone, slope in zip(phones, slopes, strict=True))
    )
    await lecturer.until(lambda told: told["count"] == count)
    answers = [shown[slope] - at for slope, at in zip(slopes, sent, strict=True)]
    after = server.memory()

    # All change their minds, and the app is killed when half of that is acknowledged.
    turned = slopes[::-1]
    half = asyncio.Event()
    kept: list[int] = []

    async def change(number: int) -> None:
        await asyncio.sleep(random.uniform(0, ANSWERING_SECONDS))
        said = {"step": STEP, "answer": turned[number]}
        await phones[number].send(f"{place}/answer", said)
        kept.append(number)
        if len(kept) >= count // 2:
            half.set()

    changing = [asyncio.create_task(change(number)) for number in range(count)]
    await half.wait()
    await asyncio.to_thread(server.kill)
    for phone in [lecturer, *phones]:
        phone.told = None
    server.start()
    again = time.monotonic()
    back = [await phone.until(lambda told: True) for phone in [lecturer, *phones]]
    await asyncio.gather(*changing)
    await lecturer.until(lambda told: told["count"] == count)
    final = await asyncio.gather(*(phone.send(f"{place}/join", {}) for phone in phones))
    own = [me["answers"].get(STEP, {}).get("content") for me in final]
    lost = sum(said != wanted for said, wanted in zip(own, turned, strict=True))

    pressed = time.monotonic()
    waits = [asyncio.create_task(phone.until(lambda told: told["revealed"])) for phone in phones]
    await lecturer.send(f"{place}/act", {"action": "reveal"})
    reveals = [at - pressed for at in await asyncio.gather(*waits)]
    for phone in [lecturer, *phones]:
        await phone.close()
    return {
        "joins": joins, "answers": answers, "before": before, "after": after, "lost": lost,
        "turned": len(kept), "back": max(back) - again, "reveals": reveals,
    }  # fmt: skip


async def _join(phone: Phone, place: str) -> float:
    await phone.send(f"{place}/join", {})
    phone.listen(f"{place}/stream")
    return await phone.until(lambda told: told["step"]["id"] == STEP)


async def _answer(phone: Phone, place: str, slope: float) -> float:
    await asyncio.sleep(random.uniform(0, ANSWERING_SECONDS))
    at = time.monotonic()
    await phone.send(f"{place}/answer", {"step": STEP, "answer": slope})
    return at
