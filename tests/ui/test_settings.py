"""Settings of Streamlit that a visitor's safety and speed rest on."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

SETTINGS = tomllib.loads(
    (Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text("utf-8")
)


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("client", "showErrorDetails", "none"),  # no trace and no folder on a page
        ("client", "showErrorLinks", False),
        ("runner", "postScriptGC", False),  # no full collection after every poll
        ("browser", "gatherUsageStats", False),
    ],
)
def test_streamlit_is_set_as_the_pages_need_it(section, name, value):
    assert SETTINGS[section][name] == value
