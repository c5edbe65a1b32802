"""A browser writes the sentences about trained routers as the server does."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import BrowserContext

import moeviz.ui.train
from moeviz.charts.palette import THEMES
from moeviz.charts.training import training_screen
from moeviz.charts.training_words import sentence
from tests.charts.test_training import result, spec

SCRIPT = Path(moeviz.ui.train.__file__).with_name("noticing.js")

FILL = """async ([script, screen]) => {
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const { filled } = await import(address);
  const found = [];
  screen.says.forEach((layers, method) => layers.forEach((told, layer) =>
    told.forEach((place, at) => screen.texts[place].forEach((text) =>
      found.push(filled(text, screen, method, layer, at))))));
  return found;
}"""


def test_both_write_the_same_sentences(context: BrowserContext):
    page = context.new_page()
    page.goto("about:blank")
    for told in (
        {},
        {"rank_down": -0.2},
        {"rank_down": 0.001},
        {"use": 1.2},
        {"made": spec(methods="smoe\nshared-v2")},
    ):
        screen = training_screen(result(**told), THEMES["light"])
        wanted = [
            sentence(screen, method, layer, at, beside)
            for method, layers in enumerate(screen["says"])
            for layer, places in enumerate(layers)
            for at in range(len(places))
            for beside in (False, True)
        ]
        assert page.evaluate(FILL, [SCRIPT.read_text(encoding="utf-8"), screen]) == wanted
    page.close()
