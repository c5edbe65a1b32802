"""Words for the groups of `sigmoid`'s claims on the dense regime and on the partial score."""

from __future__ import annotations

from collections.abc import Mapping

SIGMOID: Mapping[str, tuple[str, str, str]] = {
    "S15": (
        "Who is partial-weakly identifiable",
        "The examples under Definition 4 are identifiable with a partially quadratic score",
        "weak identifiability first derivatives dense regime partial quadratic activation scale",
    ),
    "S16": (
        "The bound in the dense regime",
        "Near a measure with as many atoms the function bounds the loss, fully quadratic score",
        "Theorem 3 Voronoi lower bound rate pseudo-true best approximation full score",
    ),
    "S17": (
        "The partial score's sparse bound",
        "With a partially quadratic score the function bounds the loss at a crowded zero gate",
        "Theorem 4 Voronoi lower bound rate over-specified crowded cell linear β ≠ 0",
    ),
    "S18": (
        "The partial score's dense bound",
        "Near a measure with as many atoms the function bounds the loss, partial score",
        "Theorem 5 Voronoi lower bound rate pseudo-true best approximation partially quadratic",
    ),
    "S19": (
        "Equal functions, partial score",
        "With a partially quadratic score models with the same function have the same atoms",
        "Proposition 5 identifiability unique split",
    ),
    "S20": (
        "What a dense fit tends to",
        "In the dense regime the best approximation with an atom more is not the truth",
        "Corollary 1 split atom misspecified pseudo-true closest function fully quadratic",
    ),
    "S21": (
        "What a dense fit tends to, partial score",
        "The same with a partially quadratic score",
        "Corollary 2 dense regime split atom misspecified pseudo-true closest function",
    ),
    "S22": (
        "The dense bounds where an atom is split",
        "The dense bounds hold near the best approximations that have the truth's function",
        "Theorem 3 Theorem 5 Corollary split pseudo-true best approximation factor squared loss",
    ),
}
"""Title, sentence and other words of each group, as a `Group` of the claims' words has them."""
