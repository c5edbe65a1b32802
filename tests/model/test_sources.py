"""Every variant names the place in a paper where it stands; the places are those of the texts."""

from __future__ import annotations

import re

import pytest

from moeviz.model import EXPERTS, GATES, OUTPUTS, SCORES
from moeviz.study.designs import DESIGNS
from moeviz.study.presets import PRESETS
from moeviz.study.rates_table import RATE_ROWS
from moeviz.theory.distances import DISTANCES
from moeviz.theory.losses import LOSSES

PLACES = {
    "softmax": "cosine eq. 2; multinomial eq. 1",
    "sigmoid": "sigmoid §3",
    "top-softmax": "compete §2.1",
    "top-sigmoid": "compete §5.1 (MoEUT)",
}

PLACE = re.compile(
    r"(cosine|sigmoid|multinomial|compete) "
    r"(§\d(\.\d)*|eqs?\. \d+( and \d+)*|Theorems? [\dK.]+|Table \d|Tables 2 and 3|App\. [A-K]|"
    r"Props?\. \d|Cor\. \d|Fig\. \d)"
)

SOURCES = sorted(
    {
        item.source
        for registry in (SCORES, GATES, EXPERTS, OUTPUTS, LOSSES, DISTANCES, DESIGNS)
        for name, item in registry.items()
        if name != "custom"
    }
    | {one.source for preset in PRESETS.values() for one in preset.published}
    | {cell.claim.source for row in RATE_ROWS for cell in row.cells}
)


def test_gates_are_found_where_they_say(gate):
    assert GATES[gate].source == PLACES[gate]


@pytest.mark.parametrize(
    ("registry", "name", "source"),
    [
        (OUTPUTS, "regression", "cosine eq. 1; sigmoid eq. 4"),
        (EXPERTS, "gelu", "sigmoid §4.1; cosine §1"),
        (EXPERTS, "ffn", "compete §3, example under eq. 6"),
        (EXPERTS, "sigmoid", "the form of cosine §3, example under Definition 1"),
        (EXPERTS, "scaled-tanh", "the form of sigmoid §4.1, examples under Definition 1"),
        (EXPERTS, "scaled-gelu", "sigmoid §4.1, examples under Definition 1"),
        (SCORES, "modified-log", "multinomial App. D.2.2"),
        (SCORES, "modified-sin", "multinomial App. D.2.2"),
        (SCORES, "modified-tanh", "multinomial §4"),
        (DISTANCES, "hellinger", "multinomial Props. 2.2 and 4.3"),
        (DISTANCES, "l2", "cosine Theorems 1 and 3; sigmoid Prop. 1 and Cor. 1"),
    ],
)
def test_variants_are_found_where_they_say(registry, name, source):
    assert registry[name].source == source


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_is_a_papers_key_and_a_place_in_it_or_this_project(source):
    assert source == "moeviz" or PLACE.search(source)
