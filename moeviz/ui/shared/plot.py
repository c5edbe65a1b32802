"""A Plotly figure that keeps its DOM node, and with it the zoom, while its data change."""

from __future__ import annotations

from typing import Any

from moeviz.text import json_text
from moeviz.ui.shared.component import declared, only_a_run

_plot = declared(__file__, '<figure class="moeviz-figure"></figure>')


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
        on_theme_change=only_a_run,
    )
