"""What a visitor's browser may ask the server for, and nothing else.

Streamlit answers every message of its protocol for anybody. Some belong to who develops an app:
emptying the caches of all visitors, the state of the source's repository, installing files. The
pages send none of these, so they end here.
"""

from __future__ import annotations

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

WANTED = frozenset(
    {
        "rerun_script",
        "stop_script",
        "app_heartbeat",
        "file_urls_request",
        "backend_operation_request",
    }
)
"""Messages that the pages send."""

WANTED_OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})
"""Of the operations without a script: a download's content, and rows of a table."""


class MessagesOfPages:
    """Passes on what the pages send through the websocket.

    Parameters
    ----------
    app : ASGIApp
        What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a connection."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return

        async def receive_wanted() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive" or is_wanted(message.get("bytes")):
                    return message

        await self.app(scope, receive_wanted, send)


def is_wanted(content: bytes | None) -> bool:
    """Return whether a message is one that the pages send.

    Parameters
    ----------
    content : bytes or None
        None for a text, which the protocol does not have.
    """
    if content is None:
        return False
    message = BackMsg()
    try:
        message.ParseFromString(content)
    except DecodeError:
        return True  # Streamlit ends the connection.
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in WANTED_OPERATIONS
    return kind in WANTED
