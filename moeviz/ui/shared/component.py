"""How the pages' own components are declared: markup, and the style and script beside a module."""

from __future__ import annotations

import re
from pathlib import Path

import plotly
import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from moeviz.ui.shared.scripts import script_path

PLOTLY_PATH = f"/moeviz/plotly-{plotly.__version__}.min.js"
PLOTLY_FILE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


FOLLOWING_STYLE = Path(__file__).with_name("following.css")
"""The style that pictures share which follow a job."""


def declared(module: str, html: str, *styles: Path) -> ComponentRenderer:
    """Return the component whose style and script lie beside a module, under its name.

    Parameters
    ----------
    module : str
        The module's file; the component is called after it.
    html : str
        The markup that its script finds.
    *styles : Path
        Further styles, which it shares with other components; its own come last.
    """
    path = Path(module)
    return st.components.v2.component(
        f"moeviz.{path.stem}",
        html=html,
        css="".join(map(_read, [*styles, path.with_suffix(".css")])),
        js=with_addresses(_read(path.with_suffix(".js"))),
        isolate_styles=False,
    )


def with_addresses(script: str) -> str:
    """Return a component's script with the addresses of what it loads.

    Page addresses are one folder deep at most, so these relative addresses find the files also
    when the whole app lives below a base path.

    Parameters
    ----------
    script : str
        Says ``"@plotly"`` for plotly.js, and ``"@name"`` for the module of that name
        (:func:`~moeviz.ui.shared.scripts.script_path`). It may import names from one on a line of
        its own: the script has no address, so the import waits for the page's.
    """

    def address(found: re.Match[str]) -> str:
        path = PLOTLY_PATH if found[1] == "plotly" else script_path(found[1])
        return f'"{path[1:]}"'

    script = re.sub(
        r'^import (\{[^}]*\}) from ("@\w+");$',
        r"const \1 = await import(new URL(\2, document.baseURI));",
        script,
        flags=re.MULTILINE,
    )
    return re.sub(r'"@(\w+)"', address, script)


def only_a_run() -> None:
    """Do nothing: what a component told asks for the script run that calls this, and no more."""


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
