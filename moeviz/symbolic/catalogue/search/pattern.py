"""Patterns: how each block of parameters of two atoms is related, and their names in words.

A pattern has four bits for each block, one for each relation, so that to be more special is to
have more bits: the pattern Q is a special case of P when it has all of P's bits. Two relations at
once are a zero in both atoms, which is equal, opposite and zero at the same time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

GENERIC, EQUAL, OPPOSITE, FIRST_ZERO, SECOND_ZERO, BOTH_ZERO = 0, 1, 2, 4, 8, 15
"""The relations between the two atoms' values of one block."""

WIDTH = 4
"""Bits of a block."""

RELATIONS: Mapping[int, str] = {
    GENERIC: "generic",
    EQUAL: "equal",
    OPPOSITE: "opposite",
    FIRST_ZERO: "zero in the first",
    SECOND_ZERO: "zero in the second",
    BOTH_ZERO: "zero in both",
}

NAMED: Mapping[str, int] = {words: relation for relation, words in RELATIONS.items()}

TWO_SIDED, POSITIVE, ACTIVE = 0, 1, 2
"""Where the inputs lie: the values of the last, additional block."""

INPUTS: Mapping[int, str] = {
    TWO_SIDED: "both sides of 0",
    POSITIVE: "x > 0",
    ACTIVE: "the side of every kink on which the expert is not 0",
}


@dataclass(frozen=True)
class Block:
    """One part of an atom's parameters.

    Attributes
    ----------
    name : str
        The part's name in the model; symbols are named after it.
    word : str
        Its name in words, in the singular.
    group : str
        What it belongs to: "gate", "offset" or "expert".
    relations : tuple of int
        Those that are looked at.
    """

    name: str
    word: str
    group: str
    relations: tuple[int, ...]


def relation(pattern: int, place: int) -> int:
    """Return the relation of the block at a place."""
    return pattern >> (WIDTH * place) & 15


def at(place: int, value: int) -> int:
    """Return the pattern in which one block alone is related."""
    return value << (WIDTH * place)


def swapped(pattern: int, places: int) -> int:
    """Return the pattern of the same two atoms in the other order.

    Parameters
    ----------
    pattern : int
    places : int
        Number of blocks; what stands above them is left as it is.
    """
    firsts = sum(at(place, FIRST_ZERO) for place in range(places))
    seconds = firsts << 1
    rest = pattern & ~(firsts | seconds)
    return rest | (pattern & firsts) << 1 | (pattern & seconds) >> 1


def is_special(pattern: int, of: int) -> bool:
    """Return whether a pattern is a special case of another, or the same."""
    return pattern & of == of


def relations_of(pattern: int, blocks: Sequence[Block]) -> dict[str, str]:
    """Return a pattern as words by block; generic blocks are left out."""
    return {
        block.name: RELATIONS[relation(pattern, place)]
        for place, block in enumerate(blocks)
        if relation(pattern, place)
    }


def pattern_of(relations: Mapping[str, str], inputs: str, blocks: Sequence[Block]) -> int | None:
    """Return the pattern that words describe; None if a block or a relation is not known."""
    places = {block.name: place for place, block in enumerate(blocks)}
    sides = {words: side for side, words in INPUTS.items()}
    if inputs not in sides or not set(relations) <= set(places):
        return None
    pattern = at(len(blocks), sides[inputs])
    for name, words in relations.items():
        if words not in NAMED or NAMED[words] not in blocks[places[name]].relations:
            return None
        pattern |= at(places[name], NAMED[words])
    return pattern


def words(pattern: int, blocks: Sequence[Block], base: int = 0, crowded: bool = False) -> str:
    """Return a family's name in plain words, such as "two atoms with equal gates".

    Parameters
    ----------
    pattern : int
    blocks : sequence of Block
    base : int
        Relations that all patterns have, which are not named.
    crowded : bool
        Whether the first atom is the one whose cell is crowded, so that the two have names.
    """
    side = relation(pattern, len(blocks))
    atoms = _atoms(pattern, blocks, base, crowded)
    return f"only on {INPUTS[side]}: {atoms}" if side != TWO_SIDED else atoms


def condition(pattern: int, blocks: Sequence[Block], base: int = 0, crowded: bool = False) -> str:
    """Return what must hold for a family to be excluded, such as "no two atoms with ..."."""
    side = relation(pattern, len(blocks))
    atoms = _atoms(pattern, blocks, base, crowded)
    if atoms == "any two atoms":
        return f"inputs not only on {INPUTS[side]}"
    article, _, rest = atoms.partition(" ")
    none = {"two": "no two", "an": "no", "a": "no", "another": "no other"}[article] + f" {rest}"
    return f"on {INPUTS[side]} alone: {none}" if side != TWO_SIDED else none


def _atoms(pattern: int, blocks: Sequence[Block], base: int, crowded: bool) -> str:
    """Return how the two atoms are related, in words."""
    places: dict[int, list[int]] = {}
    for place in range(len(blocks)):
        found = relation(pattern, place)
        if found and found != relation(base, place):
            places.setdefault(found, []).append(place)
    shared = [
        f"{adjective} {phrase}"
        for value, adjective in ((EQUAL, "equal"), (OPPOSITE, "opposite"), (BOTH_ZERO, "zero"))
        for phrase in _phrases(places.get(value, []), blocks, plural=True)
    ]
    own = [
        listed([f"zero {phrase}" for phrase in _phrases(places.get(value, []), blocks, False)])
        for value in (FIRST_ZERO, SECOND_ZERO)
    ]
    names = ("a crowded atom", "another atom") if crowded else ("an atom", "another atom")
    if shared:
        if crowded:
            names = ("the crowded one", "the other")
        else:
            names = ("one", "the other" if all(own) else "one")
    elif not crowded and not own[0]:
        names = ("", "an atom")
    each = [f"{name} with {zeros}" for name, zeros in zip(names, own, strict=True) if zeros]
    if shared:
        return ", ".join([f"two atoms with {listed(shared)}", *each])
    return " beside ".join(each) or "any two atoms"


def listed(parts: Sequence[str]) -> str:
    """Return parts as a list in a sentence."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else list(parts))


def _phrases(places: Sequence[int], blocks: Sequence[Block], plural: bool) -> list[str]:
    """Return names of blocks; a group whose blocks are all there is named as a whole."""
    found = []
    left = list(places)
    for group in ("gate", "expert"):
        own = [place for place, block in enumerate(blocks) if block.group == group]
        if own and set(own) <= set(left):
            found.append(group)
            left = [place for place in left if place not in own]
    found += [blocks[place].word for place in left]
    return [_plural(name) for name in found] if plural else found


def _plural(word: str) -> str:
    """Return a name in the plural: its last word before "of" is changed."""
    head, of, rest = word.partition(" of ")
    many = f"{head[:-1]}ces" if head.endswith("x") else f"{head}s"
    return many + of + rest
