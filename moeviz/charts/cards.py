"""Cards: each choice of a study with its formula, a small picture and one line of words.

A card says what a choice is, whatever else is chosen; so all are made once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from moeviz.charts.card_words import WORDS
from moeviz.charts.formula import part_formula
from moeviz.charts.pictures import curve_picture, expert_picture, gate_picture, router_picture
from moeviz.charts.regimes import SETTINGS
from moeviz.charts.schematic import ESTIMATOR_PICTURES, NOTHING, OUTPUT_PICTURES, REGIME_PICTURES
from moeviz.model import EXPERTS, GATES, OUTPUTS, SCORES, Registry
from moeviz.study import ESTIMATORS, PRESETS, Preset, Result
from moeviz.study.kept import kept_result

STUDY = "study"
SETTING, GATE_REGIME, EXPERT_REGIME = "setting", "gate_regime", "expert_regime"

REGISTRIES: Mapping[str, Registry[Any]] = {
    "routers": SCORES,
    "gates": GATES,
    "experts": EXPERTS,
    "output": OUTPUTS,
    "estimators": ESTIMATORS,
}
"""Where a field's choices come from."""

REGIMES: Mapping[str, Mapping[str, str]] = {
    SETTING: SETTINGS,
    GATE_REGIME: {"dense": "Dense", "sparse": "Sparse"},
    EXPERT_REGIME: {"1": "Regime 1", "2": "Regime 2"},
}
"""The regimes' choices by group, with their titles."""

_MOST_CURVES = 3


@dataclass(frozen=True)
class Card:
    """One choice.

    Attributes
    ----------
    name, title : str
        Name in the registry; name for people.
    formula, picture : str
        MathML and SVG; empty where there is none.
    words : str
        One line of what it does.
    group : str
        Under which heading it stands, where a list has several.
    """

    name: str
    title: str
    formula: str
    picture: str
    words: str
    group: str = ""


def all_cards() -> dict[str, list[dict[str, str]]]:
    """Return all cards as plain data, by the field that they set or the group of regimes."""
    found = {field: cards(field) for field in (STUDY, *REGISTRIES, *REGIMES)}
    return {field: [asdict(card) for card in each] for field, each in found.items()}


def cards(field: str) -> tuple[Card, ...]:
    """Return the cards of one field or group of regimes, in the order of its choices.

    Parameters
    ----------
    field : str
        A key of :data:`REGISTRIES` or :data:`REGIMES`, or ``"study"``.
    """
    return _cards(field, tuple(names(field)))


def names(field: str) -> Iterable[str]:
    """Return the names of the choices of a field or group of regimes.

    Parameters
    ----------
    field : str
        As :func:`cards` takes it.
    """
    if field == STUDY:
        return PRESETS
    return REGISTRIES[field] if field in REGISTRIES else REGIMES[field]


@lru_cache(maxsize=64)
def _cards(field: str, chosen: tuple[str, ...]) -> tuple[Card, ...]:
    make = _study if field == STUDY else _regime if field in REGIMES else _part
    return tuple(make(field, name) for name in chosen)


def _part(field: str, name: str) -> Card:
    variant = REGISTRIES[field][name]
    draw = _PICTURES[field]
    formula = "" if field == "estimators" else part_formula(field, name)
    words = WORDS.get(field, {}).get(name) or getattr(variant, "does", "")
    words = words or f"From: {getattr(variant, 'source', 'nowhere else')}."
    return Card(name, _capital(variant.title), formula, draw(name), words)


def _regime(field: str, name: str) -> Card:
    return Card(name, REGIMES[field][name], "", REGIME_PICTURES[name], WORDS[field][name])


def _study(field: str, name: str) -> Card:
    preset = PRESETS[name]
    return Card(name, preset.title, "", thumbnail(preset), preset.question, preset.paper)


def thumbnail(preset: Preset) -> str:
    """Return the first curves of a preset's kept result, or an empty picture.

    Parameters
    ----------
    preset : Preset
    """
    kept = kept_result(preset.name)
    lines = [] if kept is None else _logarithms(kept.result)
    return curve_picture(lines) if lines else NOTHING


def _logarithms(result: Result) -> list[list[tuple[float, float]]]:
    lines = [
        [
            (math.log(n), math.log(mean))
            for n, mean in zip(curve.n, curve.mean, strict=True)
            if mean is not None and mean > 0.0
        ]
        for curve in result.curves
    ]
    return [line for line in lines if len(line) > 1][:_MOST_CURVES]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_PICTURES: Mapping[str, Callable[[str], str]] = {
    "routers": router_picture,
    "gates": gate_picture,
    "experts": expert_picture,
    "output": lambda name: OUTPUT_PICTURES.get(name, NOTHING),
    "estimators": lambda name: ESTIMATOR_PICTURES.get(name, NOTHING),
}
