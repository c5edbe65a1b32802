"""The page that phones open: one small document, which needs no script run of the server's."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path

from moeviz.ui.shared.plane import PLANE_STYLE
from moeviz.ui.shared.scripts import script_path

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Join · moeviz</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<main id="room"><p>This page needs JavaScript.</p></main>
<script type="module" src="{script}"></script>
</body>
</html>
"""


@cache
def phone_page(base: str) -> str:
    """Return the document.

    Parameters
    ----------
    base : str
        The path below which the whole app lives; "" for none.
    """
    folder = Path(__file__).parent
    styles = (PLANE_STYLE, folder / "roomdraw.css", folder / "phone.css")
    style = "".join(path.read_text(encoding="utf-8") for path in styles)
    return _PAGE.format(style=style, script=escape(f"{base}{script_path('phone')}"))
