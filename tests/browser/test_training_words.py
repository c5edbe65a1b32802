"""A browser writes the sentences about trained routers as the server does."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import BrowserContext

import moeviz.ui.shared
import moeviz.ui.train
from moeviz.charts.palette import THEMES
from moeviz.charts.training import training_screen
from moeviz.charts.training_words import sentence
from moeviz.charts.walks import power_of_ten
from tests.charts.test_training import result, spec

SCRIPT = Path(moeviz.ui.train.__file__).with_name("noticing.js")
SURFACE = Path(moeviz.ui.shared.__file__).with_name("surface.js")
CHART = SCRIPT.with_name("linechart.js")

TICKS = """async ([script, ranges]) => {
  const alone = script.replace(/^import .*$/gm, "");
  const address = URL.createObjectURL(new Blob([alone], { type: "text/javascript" }));
  const { ticks, tickText } = await import(address);
  return ranges.map(([low, high]) => {
    const levels = ticks(low, high);
    return levels.map((level) => tickText(level, levels[1] - levels[0], "fine"));
  });
}"""

POWERS = """async ([script, values]) => {
  const alone = script.replace(/^import .*$/gm, "");
  const address = URL.createObjectURL(new Blob([alone], { type: "text/javascript" }));
  const { powerOfTen } = await import(address);
  return values.map((value) => powerOfTen(value));
}"""

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
        {"made": spec(name="collapse")},
        {"made": spec(name="collapse"), "idle": 2},
        {"made": spec(name="collapse", seeds=1), "idle": 1},
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


def test_powers_of_ten_are_written_alike(context: BrowserContext):
    page = context.new_page()
    page.goto("about:blank")
    values = [9.4e-4, 5.2e-3, 9.96e-10, 1e-12, 4321.0]
    found = page.evaluate(POWERS, [SURFACE.read_text(encoding="utf-8"), values])
    assert found == [power_of_ten(value) for value in values]
    page.close()


def test_ticks_are_written_with_all_their_digits(context: BrowserContext):
    page = context.new_page()
    page.goto("about:blank")
    ranges = [(0.03, 0.17), (2.3, 3.8), (-0.3, 1.0), (0.0, 60.0)]
    found = page.evaluate(TICKS, [CHART.read_text(encoding="utf-8"), ranges])
    assert found[0] == ["0.050", "0.075", "0.100", "0.125", "0.150"]
    assert found[1] == ["2.50", "2.75", "3.00", "3.25", "3.50", "3.75"]
    assert found[2] == ["−0.25", "0.00", "0.25", "0.50", "0.75", "1.00"]
    assert found[3] == ["0", "10", "20", "30", "40", "50", "60"]
    page.close()
