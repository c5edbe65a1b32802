"""The cards of all choices as one file of the app: fetched once, when a picker is first opened."""

from __future__ import annotations

from moeviz.charts.cards import REGISTRIES, all_cards
from moeviz.study import PRESETS
from moeviz.ui.shared.datafile import DataFile


def _changes() -> tuple[int, ...]:
    return tuple(registry.changes for registry in (PRESETS, *REGISTRIES.values()))


CARDS = DataFile("cards", all_cards, _changes)
