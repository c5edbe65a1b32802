"""Everything drawn can be seen, in both themes, and by those who see no colour."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from moeviz.charts.gates import MOST
from moeviz.charts.palette import THEMES, contrast, style, theme_named

CONFIG = tomllib.loads(
    (Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8")
)["theme"]


def test_contrast_is_that_of_the_standard():
    assert contrast("#ffffff", "#000000") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#123456", "#123456") == pytest.approx(1.0)


@pytest.mark.parametrize("name", THEMES)
def test_curves_and_guides_stand_out_from_their_ground(name):
    theme = THEMES[name]
    for colour in (*theme.experts, theme.quiet):
        assert contrast(colour, theme.ground) >= 3.0
    assert contrast(theme.text, theme.ground) >= 7.0


@pytest.mark.parametrize("name", THEMES)
def test_every_expert_of_a_picture_of_gates_has_a_colour_of_its_own(name):
    experts = THEMES[name].experts
    assert len(set(experts)) == len(experts) >= MOST


@pytest.mark.parametrize("name", THEMES)
def test_figures_and_pages_share_their_grounds_and_letters(name):
    assert THEMES[name].ground == CONFIG[name]["backgroundColor"]
    assert THEMES[name].text == CONFIG[name]["textColor"]


@pytest.mark.parametrize("name", THEMES)
def test_the_accent_can_be_read_on_the_ground_and_under_white(name):
    accent = CONFIG[name]["primaryColor"]
    assert contrast(accent, CONFIG[name]["backgroundColor"]) >= 4.5
    assert contrast(accent, "#ffffff") >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_no_two_of_24_curves_look_alike(name):
    looks = [style(i, THEMES[name]) for i in range(24)]
    assert len({(s.colour, s.dash, s.marker) for s in looks}) == 24
    assert len({s.glyph for s in looks[:8]}) == len({s.marker for s in looks[:8]}) == 8


def test_an_unknown_theme_is_the_light_one():
    assert theme_named(None) is theme_named("nothing") is THEMES["light"]
