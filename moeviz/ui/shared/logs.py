"""What the server writes down: one line for each event, with time, level, job and visitor.

``MOEVIZ_LOG=json`` makes each line JSON. Who wrote what need not know: a job is found in the words,
the visitor is that of the script or of the request. Keys, cookies and passwords are taken out.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime.scriptrunner import get_script_run_ctx

from moeviz.text import json_text
from moeviz.ui.shared.lecturer import known
from moeviz.ui.shared.person import SHOWN, person_of, visitor

logger = logging.getLogger(__name__)

FORM = "MOEVIZ_LOG"
"""The variable that chooses the form: ``json``, or else text."""

LONGEST = 20_000
"""Characters of a line."""

CHATTY = ("distributed", "asyncio", "watchdog", "urllib3", "fsevents", "uvicorn")
"""Libraries of which only warnings are written down."""

REQUESTS = "uvicorn.access"
"""Whose lines would say what is on each screen; nobody writes them down."""

VISITOR: ContextVar[str] = ContextVar("moeviz_visitor", default="")
"""Whose request is being answered."""

_JOB = re.compile(r"\b[0-9a-f]{16}\b")
_SECRETS = (
    (re.compile(r"(?i)\b(moeviz_[a-z]+|_streamlit\w*)=[^;,\s'\"]+"), r"\1=…"),
    (re.compile(r"(?i)\b((?:set-)?cookie:\s*)[^\r\n'\"]+"), r"\1…"),
    (re.compile(r"(?i)([?&;](?:key|token|password)=)[^&\s'\"]+"), r"\1…"),
    (re.compile(r"(?i)\b(authorization:\s*)\S+(\s+\S+)?"), r"\1…"),
    (re.compile(r"://([^:/@\s]*):[^@/\s]+@"), r"://\1:…@"),
)  # fmt: skip


class Seen:
    """Says whose request it is, for what is written down meanwhile.

    Parameters
    ----------
    app : ASGIApp
        What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        token = VISITOR.set(person_of(Headers(scope=scope)))
        if scope["type"] == "websocket":
            logger.info("A page was opened")
        try:
            await self.app(scope, receive, send)
        finally:
            VISITOR.reset(token)


class Line(logging.Formatter):
    """Makes a line of an event.

    Parameters
    ----------
    as_json : bool
    """

    def __init__(self, as_json: bool = False) -> None:
        super().__init__()
        self.as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        said = clean(record.getMessage())
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        trace = clean(trace or record.exc_text or "")
        found = _JOB.search(said)
        event: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "job": getattr(record, "job", "") or (found[0] if found else ""),
            "visitor": _who(record),
            "name": record.name,
            "message": said,
            **({"trace": trace} if trace else {}),
        }
        if self.as_json:
            return json_text(event, compact=True)
        head = [event["time"], event["level"]]
        head += [f"{name}={event[name] or '-'}" for name in ("job", "visitor")]
        return _one_line(" ".join([*head, f"{record.name}:", said, *([trace] if trace else [])]))


def begin_to_write() -> None:
    """Have all that this process writes down go to its error output, a line each.

    Streamlit and uvicorn come with writers of their own, which are put aside.
    """
    writer = logging.StreamHandler(sys.stderr)
    writer.setFormatter(Line(os.environ.get(FORM, "").strip().lower() == "json"))
    root = logging.getLogger()
    root.handlers[:] = [writer]
    root.setLevel(logging.INFO)
    for name, other in list(logging.root.manager.loggerDict.items()):
        if isinstance(other, logging.Logger) and name.partition(".")[0] in ("uvicorn", "streamlit"):
            other.handlers.clear()
            other.propagate = name != REQUESTS
            other.setLevel(logging.NOTSET)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").addFilter(_is_true)


def clean(text: str) -> str:
    """Return a text without what nobody may read.

    Parameters
    ----------
    text : str
    """
    key = known()
    text = text[:LONGEST]
    if len(key) >= 4:
        text = text.replace(key, "…")
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def _is_true(record: logging.LogRecord) -> bool:
    """Leave out what uvicorn says of a websocket that was refused in words, as if it were lost."""
    return record.msg != "ASGI callable returned without completing handshake."


def _who(record: logging.LogRecord) -> str:
    # Asked outside of a script, Streamlit would write that down, and so on for ever.
    in_script = get_script_run_ctx(suppress_warning=True) is not None
    name = getattr(record, "visitor", "") or (visitor() if in_script else VISITOR.get())
    return str(name)[:SHOWN]


def _one_line(text: str) -> str:
    """Return a text on one line: what somebody sent begins none of its own."""
    parts = (part.rstrip() for part in text.splitlines())
    joined = " | ".join(part for part in parts if part.strip())
    return "".join(c if c.isprintable() else " " for c in joined)
