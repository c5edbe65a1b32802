"""Colours, dashes and markers: a palette per theme, and no curve told apart by colour alone.

Every colour stands at 3:1 or better against its ground (WCAG 2.2, 1.4.11), text at 7:1. The
hues start from those of Okabe and Ito, darkened on white where they would be too pale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Theme:
    """The colours of one theme; they repeat ``.streamlit/config.toml``, and a test compares them.

    Attributes
    ----------
    ground, text, quiet, grid : str
        Background, words and axes, lines that only guide the eye, grid (decoration).
    curves : tuple of str
        One colour per curve, in order.
    further : tuple of str
        Colours of experts beyond those of curves.
    """

    ground: str
    text: str
    quiet: str
    grid: str
    curves: tuple[str, ...]
    further: tuple[str, ...]

    @property
    def experts(self) -> tuple[str, ...]:
        """One colour per expert, in order; as many as a picture of gates has experts."""
        return (*self.curves, *self.further)


@dataclass(frozen=True)
class Style:
    """How one curve looks, in a figure and in running text.

    Attributes
    ----------
    colour, dash, marker : str
        Plotly's names.
    glyph : str
        The marker as a character, for tables and sentences.
    """

    colour: str
    dash: str
    marker: str
    glyph: str


THEMES: Mapping[str, Theme] = {
    "light": Theme(
        ground="#ffffff",
        text="#15202b",
        quiet="#5b6773",
        grid="#dde3e9",
        curves=("#0072b2", "#c04a00", "#00785a", "#a8377a", "#7a5c00", "#4b4fc4"),
        further=("#a3123b", "#5b6773"),
    ),
    "dark": Theme(
        ground="#000000",
        text="#eef2f6",
        quiet="#9aa6b2",
        grid="#2a3540",
        curves=("#56b4e9", "#f2a33a", "#3fcf9f", "#ec92c8", "#f0e442", "#aab0ff"),
        further=("#ff8a8a", "#9aa6b2"),
    ),
}

_DASHES = ("solid", "20px,5px", "12px,4px,4px,4px", "20px,4px,4px,4px,4px,4px")
_MARKERS = (
    ("circle", "●"),
    ("square", "■"),
    ("triangle-up", "▲"),
    ("diamond", "◆"),
    ("cross", "✚"),
    ("x", "✖"),
    ("star", "★"),
    ("triangle-down", "▼"),
)


def themes_of_scenes() -> tuple[dict[str, Any], ...]:
    """Return the themes as plain data, the light one first, for the scripts that draw scenes."""
    return tuple({**asdict(theme), "experts": theme.experts} for theme in THEMES.values())


def theme_named(name: str | None) -> Theme:
    """Return the theme called `name`, or the light one when the name is not known.

    Parameters
    ----------
    name : str or None
        ``"light"`` or ``"dark"``; a browser that has not said yet gives None.
    """
    return THEMES.get(name or "light", THEMES["light"])


def style(index: int, theme: Theme) -> Style:
    """Return the look of curve number `index`.

    Parameters
    ----------
    index : int
        The curve's place in the result, from 0. Colour, dash and marker repeat after 6, 4 and 8
        curves, so no two of the first 24 look the same.
    theme : Theme
        Where the colours come from.
    """
    marker, glyph = _MARKERS[index % len(_MARKERS)]
    return Style(
        colour=theme.curves[index % len(theme.curves)],
        dash=_DASHES[index % len(_DASHES)],
        marker=marker,
        glyph=glyph,
    )


def canvas(theme: Theme, size: int) -> dict[str, Any]:
    """Return a layout's ground and font.

    Parameters
    ----------
    theme : Theme
        Where the colours come from.
    size : int
        Of the font, in pixels.
    """
    return {
        "paper_bgcolor": theme.ground,
        "plot_bgcolor": theme.ground,
        "font": {"color": theme.text, "size": size},
    }


def ruled_axis(theme: Theme) -> dict[str, Any]:
    """Return an axis with a line, ticks outside and a grid.

    Parameters
    ----------
    theme : Theme
        Where the colours come from.
    """
    return {
        "gridcolor": theme.grid,
        "linecolor": theme.quiet,
        "showline": True,
        "ticks": "outside",
        "tickcolor": theme.quiet,
    }


def faded(colour: str, opacity: float) -> str:
    """Return a colour that lets what lies behind it through.

    Parameters
    ----------
    colour : str
        As ``#rrggbb``.
    opacity : float
        From 0 to 1.
    """
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21.

    Parameters
    ----------
    first, second : str
        As ``#rrggbb``.

    Notes
    -----
    Source: WCAG 2.2, definition of contrast ratio.
    """
    bright, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
