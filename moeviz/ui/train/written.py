"""A text that a network wrote, each character coloured by the expert that read it."""

from __future__ import annotations

from moeviz.charts.palette import THEMES
from moeviz.charts.training_experts import expert_looks
from moeviz.text import json_text
from moeviz.train.generate import Written
from moeviz.ui.shared.component import declared, only_a_run

LOOKS = {name: expert_looks(theme) for name, theme in THEMES.items()}
"""How experts look in each theme, here as in the picture of a comparison."""

_written = declared(__file__, '<section class="moeviz-written" aria-label="Text"></section>')


def written(found: Written, *, key: str, layer: int, title: str) -> None:
    """Show a text; what it begins with, which was given, is underlined.

    Parameters
    ----------
    found : Written
    key : str
        Identity on the page.
    layer : int
        Whose experts colour it, from 0; a dense layer colours nothing.
    title : str
        Who wrote it.
    """
    experts = found.chosen[layer] if layer < len(found.chosen) else ()
    _written(
        key=key,
        data={
            # A text: Streamlit turns data into JSON several times over.
            "document": json_text(
                {
                    "title": title,
                    "given": found.beginning,
                    "text": found.text,
                    "experts": list(experts),
                    "layer": layer + 1,
                },
                compact=True,
            ),
            "looks": LOOKS,
        },
        on_theme_change=only_a_run,
    )
