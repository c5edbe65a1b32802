"""What is searched: the question, the blocks, the patterns that are asked for and left out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from moeviz.symbolic.catalogue.search import kept
from moeviz.symbolic.catalogue.search import pattern as patterns_of
from moeviz.symbolic.catalogue.search.border import all_patterns, one_order, without
from moeviz.symbolic.catalogue.search.pattern import Block, at
from moeviz.symbolic.questions.claims import Check, Kept
from moeviz.text import json_text

Ask = Callable[[int, int, str], Check]
"""Takes a pattern, a seed and the words of the condition that excludes it; returns the test."""


@dataclass(frozen=True)
class Search:
    """The search that a claim about all parameters asks for.

    Attributes
    ----------
    question : str
        The test, in words.
    model : tuple of str
        What the test is made of: formulas, orders, points. Two searches with the same model,
        blocks and patterns are one.
    blocks : tuple of Block
    ask : callable
        Returns the test of a pattern.
    left_out : mapping of int to str
        Patterns that are left out with all their special cases, and why.
    base : int
        Relations that all patterns have.
    inputs : tuple of int
        Where the inputs lie: keys of :data:`moeviz.symbolic.catalogue.search.pattern.INPUTS`.
    symmetric : bool
        Whether the test does not change when the two atoms are exchanged.
    """

    question: str
    model: tuple[str, ...]
    blocks: tuple[Block, ...]
    ask: Ask
    left_out: Mapping[int, str]
    base: int = 0
    inputs: tuple[int, ...] = (patterns_of.TWO_SIDED,)
    symmetric: bool = True

    @cached_property
    def patterns(self) -> np.ndarray:
        """Every pattern that is asked for, shape (N,)."""
        found = all_patterns([*(block.relations for block in self.blocks), self.inputs])
        found = without(found, self.left_out)
        return one_order(found, len(self.blocks)) if self.symmetric else found

    @property
    def places(self) -> int | None:
        """Number of blocks, if the atoms can be exchanged."""
        return len(self.blocks) if self.symmetric else None

    @cached_property
    def digest(self) -> str:
        """Name of the search: another definition, another name."""
        parts = [
            self.question,
            list(self.model),
            [[block.name, list(block.relations)] for block in self.blocks],
            sorted(self.left_out),
            self.base,
            list(self.inputs),
            self.symmetric,
        ]
        return hashlib.sha256(json_text(parts).encode()).hexdigest()[:16]

    def words(self, pattern: int) -> str:
        """Return a family's name."""
        return patterns_of.words(pattern, self.blocks, self.base, not self.symmetric)

    def condition(self, pattern: int) -> str:
        """Return the condition that excludes a family."""
        return patterns_of.condition(pattern, self.blocks, self.base, not self.symmetric)

    def check(self, pattern: int, seed: int = 0) -> Check:
        """Return the test of a pattern at points that a seed draws."""
        return self.ask(pattern, seed, self.condition(pattern))

    def side(self, pattern: int) -> int:
        """Return where a pattern's inputs lie."""
        return patterns_of.relation(pattern, len(self.blocks))

    def to_json(self, pattern: int) -> dict[str, Any]:
        """Return a family as plain data, which :meth:`read` reads."""
        return {
            "family": self.words(pattern),
            "relations": patterns_of.relations_of(pattern, self.blocks),
            "inputs": patterns_of.INPUTS[self.side(pattern)],
        }

    def read(self, family: Mapping[str, Any]) -> int | None:
        """Return a family's pattern; None if this search has no such pattern."""
        return patterns_of.pattern_of(family["relations"], family["inputs"], self.blocks)

    def kept(self, claim: str) -> Kept:
        """Return what is kept of this search, or of an older one for the same claim.

        Parameters
        ----------
        claim : str
            Its id.
        """
        entry = kept.entry(self.digest)
        current = entry is not None
        if entry is None:
            entry = kept.older(claim, self.question)
        if entry is None:
            return Kept((), kept.never_searched(self.question))
        known = [(family, self.read(family)) for family in entry["families"]]
        families = tuple(
            ({"question": self.question, **self.to_json(p)}, self.check(p))
            for _, p in known
            if p is not None
        )
        lost = [family["family"] for family, p in known if p is None]
        return Kept(families, kept.searched(entry, current, lost))

    def extent(self) -> str:
        """Say what is searched, in words."""
        named = ", ".join(block.word for block in self.blocks)
        relations = "equal, opposite or zero, in one atom or in both"
        sides = "; ".join(patterns_of.INPUTS[side] for side in self.inputs)
        why = list(dict.fromkeys(self.left_out.values()))
        out = f"; left out: {', and '.join(why)}" if why else ""
        return (
            f"blocks of two atoms ({named}), each {relations}; inputs on {sides}; "
            f"{len(self.patterns):,} patterns{out}; relations among three atoms are not searched"
        )


def in_one(place: int) -> tuple[int, int]:
    """Return the two patterns in which a block is zero in one of the atoms."""
    return at(place, patterns_of.FIRST_ZERO), at(place, patterns_of.SECOND_ZERO)
