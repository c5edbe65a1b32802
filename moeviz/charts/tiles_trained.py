"""The small picture of training: how a text is learned, or what there is to beat."""

from __future__ import annotations

from typing import Any

from moeviz.charts.tile import Tile
from moeviz.charts.tiles_found import framed
from moeviz.train.kept import KeptTraining, kept
from moeviz.train.presets import PRESETS
from moeviz.train.text import shipped_text, trigram_bits


def train_tile() -> Tile:
    """Return the tile of the training page: the first preset's kept result, where there is one."""
    preset = next(iter(PRESETS.values()))
    found = kept(preset.name)
    return _learned(found) if found is not None else _to_beat()


def _learned(found: KeptTraining) -> Tile:
    result = found.result
    first = PRESETS[result.spec.name].first.splitlines()
    known = [place for place, method in enumerate(result.spec.methods) if method.text in first]
    shown = known[:2] or [0]
    lines: list[dict[str, Any]] = []
    for colour, place in enumerate(shown):
        curve = result.curve(place, result.measure.what)
        points = zip(curve.steps.tolist(), curve.mean.tolist(), strict=True)
        dash = {"dash": "7,5"} if colour else {}
        lines.append({"points": [[s, v] for s, v in points if v == v], "width": 3,
                      "colour": colour, **dash})  # fmt: skip
    ends = [
        f"{result.spec.methods[place].title} ends at *{result.final(place).mean():.2f}*"
        for place in shown
    ]
    return Tile(
        f"Kept result of {found.date}: {', '.join(ends)} {result.measure.unit}.",
        {"panel": framed(lines)},
    )


def _to_beat() -> Tile:
    text = shipped_text()
    bits = trigram_bits(text)
    flat = {"points": [[0.0, bits], [1.0, bits]], "width": 3, "colour": 1, "dash": "7,5"}
    free = {"points": [[0.0, 0.0], [0.0, 2 * bits]], "width": 2, "colour": "quiet"}
    return Tile(
        f"Who knows the two letters before needs *{bits:.2f}* bits for the next one: can sparse "
        "networks do with fewer?",
        {"panel": framed([flat, free])},
    )
