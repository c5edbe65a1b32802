"""The themes that every script run tells the browser: read once, and the same."""

from __future__ import annotations

import pytest
from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import app_session

from moeviz.ui.shared.themes import read_themes_once

THEME = {
    "theme": {"baseFontSize": 18, "font": "sans-serif", "headingFontSizes": ["2rem", "1rem"]},
    "theme.light": {"primaryColor": "#0b57a4"},
    "theme.dark": {},
    "theme.sidebar": {},
    "theme.light.sidebar": {},
    "theme.dark.sidebar": {"backgroundColor": "#000000"},
}


def told() -> bytes:
    """What a run tells of the themes, part by part as Streamlit asks for them."""
    theme = ForwardMsg().new_session.custom_theme
    parts = {
        "theme": theme,
        "theme.light": theme.light,
        "theme.dark": theme.dark,
        "theme.sidebar": theme.sidebar,
        "theme.light.sidebar": theme.light.sidebar,
        "theme.dark.sidebar": theme.dark.sidebar,
    }
    for section, part in parts.items():
        app_session._populate_theme_msg(part, section)
    return theme.SerializeToString(deterministic=True)


def test_themes_are_read_once_and_told_alike(monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []

    def options(section: str) -> dict[str, object]:
        asked.append(section)
        return dict(THEME[section])

    monkeypatch.setattr(config, "get_options_for_section", options)
    before = told()
    assert asked == list(THEME)
    monkeypatch.setattr(app_session, "_populate_theme_msg", app_session._populate_theme_msg)
    assert read_themes_once()
    assert read_themes_once()
    assert [told() for _ in range(3)] == [before] * 3
    assert asked == [*THEME, *THEME]


def test_a_streamlit_that_tells_themes_in_another_way_is_left_alone(monkeypatch):
    monkeypatch.delattr(app_session, "_populate_theme_msg")
    assert not read_themes_once()
    assert not hasattr(app_session, "_populate_theme_msg")
