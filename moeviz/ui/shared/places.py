"""Addresses that have no page, and links that are longer than a page is told of: in plain words.

Streamlit serves its one document at every address, but that document finds its parts only one
folder deep; further down the window stays blank. And it drops the whole query of an address that
has too many parameters, so that the page could not even say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from types import MappingProxyType

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime.state.query_params import (
    CLIENT_STATE_QUERY_STRING_MAX_FIELDS as MOST_FIELDS,
)
from streamlit.runtime.state.query_params import (
    CLIENT_STATE_QUERY_STRING_MAX_LENGTH as MOST_LENGTH,
)

from moeviz.serving import below

SERVED = ("_stcore", "media", "component", "static", "app", "moeviz", "auth", "oauth2callback")
"""First parts of addresses that are no pages."""

PROBES = ("_stcore/health", "_stcore/host-config")
"""What the browser asks for below a page's address first, in case the whole app lived there."""


class Places:
    """Answers addresses that no page has, before they come to Streamlit.

    Parameters
    ----------
    app : ASGIApp
        What answers everything else.
    base : str
        The path below which the whole app lives; "" for none.
    pages : mapping of str to str
        Titles of the pages by their addresses.
    """

    def __init__(
        self, app: ASGIApp, base: str = "", pages: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.app = app
        self.base = below(base)
        self.pages = dict(pages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        answer = self.refusal(scope) if scope["type"] == "http" else None
        await (answer or self.app)(scope, receive, send)

    def refusal(self, scope: Scope) -> Response | None:
        """Return the page that says why there is none, or None where there is one.

        A probe below a page is told, without a word, that there are other places: with the status
        of an error it would stand in the browser's console at every link that is opened.

        Parameters
        ----------
        scope : Scope
            Of the request.
        """
        path = str(scope["path"])
        if self.base and path != self.base and not path.startswith(f"{self.base}/"):
            return None
        parts = [part for part in path[len(self.base) :].split("/") if part]
        if parts and parts[0] in SERVED:
            return None
        if parts and parts[0] in self.pages and "/".join(parts[1:]) in PROBES:
            return Response(status_code=300)
        if len(parts) > 1:
            return self._nowhere(parts[0])
        return self._too_long(scope.get("query_string", b""), parts[0] if parts else "")

    def _nowhere(self, first: str) -> HTMLResponse:
        page = first if first in self.pages else ""
        return self._say(404, "There is no page here", "This address has no page.", page)

    def _too_long(self, query: bytes, page: str) -> HTMLResponse | None:
        fields = query.count(b"&") + 1
        if fields > MOST_FIELDS:
            said = (
                f"Expected a link of at most {MOST_FIELDS:,} parameters, but this one has "
                f"{fields:,}; none of them was read."
            )
        elif len(query) > MOST_LENGTH:
            said = (
                f"Expected a link of at most {MOST_LENGTH:,} characters, but this one has "
                f"{len(query):,}; nothing of it was read."
            )
        else:
            return None
        return self._say(414, "This link is too long", said, page)

    def _say(self, status: int, title: str, sentence: str, page: str) -> HTMLResponse:
        words = f"Go to the page “{self.pages.get(page, page)}”" if page else "Go to the first page"
        return HTMLResponse(
            _PAGE.format(
                title=escape(title),
                sentence=escape(sentence),
                address=escape(f"{self.base}/{page}"),
                words=escape(words),
            ),
            status_code=status,
            headers={"Cache-Control": "no-store"},
        )


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · moeviz</title>
<style>
:root {{ color-scheme: light dark; font: 18px/1.5 sans-serif; }}
body {{ max-width: 40rem; margin: 15vh auto 0; padding: 0 1.5rem; }}
a {{ color: light-dark(#0b57a4, #8fc4f7); }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{sentence}</p>
<p><a href="{address}">{words}</a></p>
</main>
</body>
</html>
"""
