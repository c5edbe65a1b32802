"""A visitor without a browser: one websocket that speaks to the pages as the browser does.

It sends what Streamlit's front end sends (protobuf messages, the timers of polled fragments, the
address) and reads what comes back, but draws nothing. So one process can be many visitors, and a
test can send what no browser would.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from moeviz.text import json_text

MOST_BYTES = 1 << 28
ANSWER_SECONDS = 120.0


class Visitor:
    """One open page.

    Parameters
    ----------
    socket : ClientConnection
        To the server's stream.
    page : str
        The page's part of the address, as ``convergence``.
    query : str
        What stands behind the question mark.
    polls : bool
        Whether to ask for the fragments that the page wants to be asked for again and again.
    cookie : str
        By which the browser says whose it is; "" for one that has none.

    Attributes
    ----------
    query : str
        The address's query as the page last wrote it.
    elements : list
        What the last full run of the script and later runs of its fragments drew, in the order of
        arrival.
    poll_seconds : list of float
        How long the answers to polls took.
    closed : asyncio.Event
        Set when the server has ended the connection.
    fragments : dict of str to str
        Which fragment drew a component last, by the component's identity; "" for the script.
    drawn : callable
        Called with each element as it arrives.
    """

    def __init__(
        self, socket: ClientConnection, page: str, query: str, polls: bool, cookie: str = ""
    ) -> None:
        self.query = query
        self.elements: list[Any] = []
        self.poll_seconds: list[float] = []
        self.closed = asyncio.Event()
        self.fragments: dict[str, str] = {}
        self.drawn: Callable[[Any], None] = lambda element: None
        self.session = ""
        self.cookie = cookie
        self._socket = socket
        self._page = page
        self._hash = ""
        self._polls = polls
        self._asked: dict[str, float] = {}
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._runs = 0
        self._answered = asyncio.Condition()

    async def send(self, message: BackMsg | bytes) -> None:
        """Send a message as it is."""
        content = message if isinstance(message, bytes) else message.SerializeToString()
        await self._socket.send(content)

    async def run(self, *widgets: WidgetState, wait: float = ANSWER_SECONDS) -> float:
        """Have the whole script run, and return the seconds until it had ended.

        Parameters
        ----------
        *widgets : WidgetState
            Values of widgets that changed, as a click changes them.
        wait : float
            Seconds to wait at most.
        """
        before, began = self._runs, time.monotonic()
        await self._rerun("", False, widgets)
        # Python 3.11's `wait_for` now and then swallows that it is cancelled.
        async with asyncio.timeout(wait), self._answered:
            await self._answered.wait_for(lambda: self._runs > before)
        return time.monotonic() - began

    async def tell(self, component: str, state: Any) -> None:
        """Say a component's state, and wait for nothing.

        Parameters
        ----------
        component : str
            Its identity.
        state : object
            Plain data.
        """
        said = WidgetState(id=component, json_value=json_text(state))
        await self._rerun(self.fragments[component], False, (said,))

    def component(self, name: str) -> Any:
        """Return the last component of the page whose name ends so.

        Raises
        ------
        LookupError
            If the page shows none.
        """
        for element in reversed(self.elements):
            if element.WhichOneof("type") != "bidi_component":
                continue
            if element.bidi_component.component_name.endswith(name):
                return element.bidi_component
        raise LookupError(f"Expected the page to show {name}; it says: {self.text()}")

    def widget(self, kind: str, label: str) -> Any:
        """Return the last element of a kind with a label, as ``("button", "Run")``.

        Raises
        ------
        LookupError
            If the page shows none.
        """
        for element in reversed(self.elements):
            if element.WhichOneof("type") == kind and getattr(element, kind).label == label:
                return getattr(element, kind)
        raise LookupError(f"Expected the page to show {kind} {label!r}; it says: {self.text()}")

    def shows(self, label: str) -> bool:
        """Return whether there is a button with that label."""
        buttons = [e.button.label for e in self.elements if e.WhichOneof("type") == "button"]
        return label in buttons

    async def press(self, label: str) -> float:
        """Press a button, and return the seconds until the page had answered."""
        button = self.widget("button", label)
        return await self.run(WidgetState(id=button.id, trigger_value=True))

    def text(self) -> str:
        """Return what the page says: its markdown, alerts and exceptions, one a line."""
        said = []
        for element in self.elements:
            kind = element.WhichOneof("type")
            if kind in ("markdown", "alert"):
                said.append(getattr(element, kind).body)
            elif kind == "exception":
                said.append(f"exception: {element.exception.type} {element.exception.message}")
            elif kind == "progress":
                said.append(element.progress.text)
        return "\n".join(said)

    async def read(self) -> None:
        """Read what the server sends until the connection ends."""
        try:
            async for content in self._socket:
                message = ForwardMsg()
                message.ParseFromString(bytes(content))  # type: ignore[arg-type]
                await self._take(message)
        except ConnectionClosed:
            pass
        finally:
            self.closed.set()
            for timer in self._timers.values():
                timer.cancel()

    async def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.session = message.new_session.initialize.session_id
            if not message.metadata.run.fragment_ids:
                self.elements.clear()
                self._stop(*self._timers)
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            self.elements.append(element)
            if element.WhichOneof("type") == "bidi_component":
                self.fragments[element.bidi_component.id] = message.delta.fragment_id
            self.drawn(element)
        elif kind == "navigation":
            self._hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "auto_rerun" and self._polls:
            self._start(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            self._stop(*message.stop_auto_rerun.fragment_ids)
        elif kind == "script_finished":
            await self._finish(message)

    async def _finish(self, message: ForwardMsg) -> None:
        done = list(message.metadata.run.fragment_ids)
        for fragment in done or list(self._asked):
            asked = self._asked.pop(fragment, None)
            if asked is not None and done:
                self.poll_seconds.append(time.monotonic() - asked)
        if not done and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            async with self._answered:
                self._runs += 1
                self._answered.notify_all()

    def _start(self, fragment: str, interval: float) -> None:
        self._stop(fragment)
        self._timers[fragment] = asyncio.create_task(self._poll(fragment, interval))

    def _stop(self, *fragments: str) -> None:
        for fragment in fragments:
            timer = self._timers.pop(fragment, None)
            if timer is not None:
                timer.cancel()

    async def _poll(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            # The browser asks at every interval, answered or not; the wait counts from the first.
            self._asked.setdefault(fragment, time.monotonic())
            await self._rerun(fragment, True, ())

    async def _rerun(self, fragment: str, auto: bool, widgets: tuple[WidgetState, ...]) -> None:
        state = ClientState(
            query_string=self.query,
            page_name="" if self._hash else self._page,
            page_script_hash=self._hash,
            fragment_id=fragment,
            is_auto_rerun=auto,
        )
        state.widget_states.widgets.extend(widgets)
        with suppress(ConnectionClosed):
            await self.send(BackMsg(rerun_script=state))


@asynccontextmanager
async def visiting(
    url: str, page: str = "convergence", polls: bool = True, cookie: str = "", **query: Any
) -> AsyncIterator[Visitor]:
    """Open a page, wait until it is drawn, and close it afterwards.

    Parameters
    ----------
    url : str
        The server's address, as ``http://127.0.0.1:8501``.
    page : str
        The page's part of the address.
    polls : bool
        Whether to poll as the browser does.
    cookie : str
        By which the browser says whose it is; "" for one that has none.
    **query
        Parameters of the address.
    """
    stream = f"{url.replace('http', 'ws', 1).rstrip('/')}/_stcore/stream"
    protocol = Subprotocol("streamlit")
    async with connect(
        stream,
        subprotocols=[protocol],
        max_size=MOST_BYTES,
        max_queue=None,  # What is not read any more would keep the connection from closing.
        ping_timeout=None,
        additional_headers={"Cookie": cookie} if cookie else None,
        open_timeout=60,
    ) as socket:
        visitor = Visitor(socket, page, urlencode(query), polls, cookie)
        reading = asyncio.create_task(visitor.read())
        try:
            await visitor.run()
            yield visitor
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading
