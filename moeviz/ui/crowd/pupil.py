"""One of a class on the convergence lab: changes the form, runs studies, follows them to their end.

Answers are timed, and looked at: one counts as right when the page shows what was asked for.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.WidgetStates_pb2 import WidgetState

from moeviz.ui.crowd.picks import chosen, picked, told
from moeviz.ui.crowd.streams import Stream, watch
from moeviz.ui.crowd.visitor import Visitor

PATIENCE_SECONDS = 60.0
"""An answer that has not come by then counts as never given."""

EXPERTS = ("relu", "gelu", "tanh", "sigmoid")
"""What is picked; all of them go with the studies of a class."""

RUN, CHANGE, END = "run", "change", "end"
"""What an answer follows: the button, a pick, and the end of a study that the page follows."""


@dataclass
class Answer:
    """One answer of the server.

    Attributes
    ----------
    what : str
        :data:`RUN`, :data:`CHANGE` or :data:`END`.
    at : float
        When it was asked for, in seconds since the epoch.
    seconds : float
        From then to the end of the script, as the client met it.
    own : float
        Processor time that the process of the clients itself took meanwhile.
    error : str
        What was wrong; "" for a right answer.
    """

    what: str
    at: float
    seconds: float
    own: float
    error: str = ""


@dataclass
class Seen:
    """What a class met, put together by all its visitors.

    Attributes
    ----------
    answers : list of Answer
    streams : list of (str, Stream)
        Each with the name of its job.
    ends : dict of str to set of str
        Names of the last screens of each job, of all who saw it end.
    broken : list of str
        What went wrong beside answers.
    """

    answers: list[Answer] = field(default_factory=list)
    streams: list[tuple[str, Stream]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """Return it as plain data."""
        ends: dict[str, set[str]] = {}
        told: dict[tuple[str, int], set[str]] = {}
        for job, stream in self.streams:
            if stream.end == "end":
                ends.setdefault(job, set()).add(stream.screen())
            for version, text in stream.told.items():
                told.setdefault((job, version), set()).add(text)
        return {
            "answers": [asdict(answer) for answer in self.answers],
            "screens": {job: sorted(names) for job, names in ends.items()},
            "streams": len(self.streams),
            "ended": sum(stream.end == "end" for _, stream in self.streams),
            "messages": sum(stream.messages for _, stream in self.streams),
            "bytes": sum(stream.size for _, stream in self.streams),
            "versions": len(told),
            "told_twice": sum(len(texts) > 1 for texts in told.values()),
            "broken": self.broken,
        }


class Pupil:
    """One visitor of the convergence lab, who does one thing at a time.

    Parameters
    ----------
    page : Visitor
        With the lab drawn.
    url : str
        The server's address.
    seen : Seen
        Where to put what is met.
    """

    def __init__(self, page: Visitor, url: str, seen: Seen) -> None:
        self.page = page
        self._url = url
        self._seen = seen
        self._one = asyncio.Lock()
        self._following: dict[str, asyncio.Task[None]] = {}

    @property
    def job(self) -> str:
        """The study on show, as the address names it; "" for none."""
        return dict(parse_qsl(self.page.query)).get("job", "")

    async def change(self, expert: str = "") -> None:
        """Pick an expert, another than the one that is chosen where none is named."""
        async with self._alone():
            now = chosen(self.page, "experts")
            expert = expert or random.choice([each for each in EXPERTS if [each] != now])
            await self._ask(CHANGE, picked(self.page, "experts", expert))
            self._check(chosen(self.page, "experts") == [expert], f"a page without {expert}")

    async def press_run(self) -> None:
        """Press Run where it is offered, and follow the study from now on."""
        async with self._alone():
            if self.page.shows("Run"):
                button = self.page.widget("button", "Run")
                await self._ask(RUN, WidgetState(id=button.id, trigger_value=True))
                self._check(bool(self.job), "an address without a job")
            self.follow()

    def follow(self) -> None:
        """Read the stream of the study on show, as the picture of a study that goes on does."""
        data = json.loads(self.page.component("watch").json)
        job = data["job"]
        if data["live"] and job not in self._following:
            following = self._follow(job)
            self._following[job] = asyncio.create_task(following)

    async def leave(self) -> None:
        """Read no stream any more."""
        tasks = list(self._following.values())
        for task in tasks:
            task.cancel()
        for end in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(end, Exception):
                self._seen.broken.append(f"a stream: {type(end).__name__} {end}")

    async def _follow(self, job: str) -> None:
        stream = Stream()
        self._seen.streams.append((job, stream))
        await watch(self._url, job, stream, self.page.cookie)
        if job == self.job:
            async with self._alone():
                await self._ask(END, told(self.page, "watch", "ended", job))

    async def _ask(self, what: str, *widgets: WidgetState) -> None:
        at, own = time.time(), time.process_time()
        try:
            seconds = await self.page.run(*widgets, wait=PATIENCE_SECONDS)
        except TimeoutError:
            seconds, error = PATIENCE_SECONDS, "no answer"
        else:
            error = "; ".join(wrong(self.page))
        own = time.process_time() - own
        self._seen.answers.append(Answer(what, at, seconds, own, error))

    def _check(self, right: bool, met: str) -> None:
        if not right:
            answer = self._seen.answers[-1]
            answer.error = answer.error or met

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Do nothing else meanwhile; put down what the page does not show, and go on."""
        async with self._one:
            try:
                yield
            except LookupError as error:
                self._seen.broken.append(str(error)[:300])


def wrong(page: Visitor) -> list[str]:
    """Return what a page says went wrong.

    Parameters
    ----------
    page : Visitor
    """
    found = []
    for element in page.elements:
        kind = element.WhichOneof("type")
        if kind == "exception":
            found.append(f"{element.exception.type} {element.exception.message}"[:200])
        elif kind == "alert" and element.alert.format == Alert.ERROR:
            found.append(element.alert.body[:200])
    return found
