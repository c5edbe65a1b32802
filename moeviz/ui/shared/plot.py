"""A Plotly figure that keeps its DOM node, and with it the zoom, while its data change."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import plotly
import streamlit as st

from moeviz.text import json_text
from moeviz.ui.shared.scripts import script_path

PLOTLY_PATH = f"/moeviz/plotly-{plotly.__version__}.min.js"
PLOTLY_FILE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"

_HERE = Path(__file__).parent


def with_addresses(script: str) -> str:
    """Return a component's script with the addresses of what it loads.

    Page addresses are one folder deep at most, so these relative addresses find the files also
    when the whole app lives below a base path.

    Parameters
    ----------
    script : str
        Says ``"@plotly"`` for plotly.js, and ``"@name"`` for the module of that name
        (:func:`~moeviz.ui.shared.scripts.script_path`).
    """

    def address(found: re.Match[str]) -> str:
        path = PLOTLY_PATH if found[1] == "plotly" else script_path(found[1])
        return f'"{path[1:]}"'

    return re.sub(r'"@(\w+)"', address, script)


def _script() -> str:
    return with_addresses((_HERE / "plot.js").read_text(encoding="utf-8"))


_plot = st.components.v2.component(
    "moeviz.plot",
    html='<figure class="moeviz-figure"></figure>',
    css=(_HERE / "plot.css").read_text(encoding="utf-8"),
    js=_script(),
    isolate_styles=False,
)


def figure_text(figure: dict[str, Any]) -> str:
    """Return a figure as the browser is told of it; worth keeping where many look at one.

    Parameters
    ----------
    figure : dict
        As :func:`plot` takes it.
    """
    return json_text(figure)


def plot(
    figure: dict[str, Any] | str,
    *,
    key: str,
    description: str,
    file_name: str,
    view: str = "",
    tools: bool = True,
) -> None:
    """Show `figure`; later calls with the same `key` redraw it in place.

    Parameters
    ----------
    figure : dict or str
        Plotly's ``data`` and ``layout``, and under ``narrow`` optional changes to the layout for
        a screen narrower than 640 pixels; or the :func:`figure_text` of that.
    key : str
        Identity of the plot on its page.
    description : str
        What a screen reader says in place of the picture.
    file_name : str
        Name of a saved picture, without ending.
    view : str
        The zoom is kept for as long as this stays the same.
    tools : bool
        Whether to offer zoom buttons and saving as SVG and PNG.
    """
    _plot(
        key=key,
        data={
            # A text: Streamlit turns data into JSON several times over, and a text costs it little.
            "figure": figure if isinstance(figure, str) else figure_text(figure),
            "description": description,
            "fileName": file_name,
            "view": view,
            "tools": tools,
        },
        # A visitor who switches the theme makes no script run; the plot sees it and asks for one.
        on_theme_change=_nothing,
    )


def _nothing() -> None:
    """Do nothing: the script run that calls this is all that is wanted."""
