"""What a field may choose from, beside the names of a registry."""

from __future__ import annotations

from collections.abc import Collection, Iterator


class WithWords(Collection[str]):
    """Some words before the names of registries.

    Parameters
    ----------
    words : tuple of str
    *registries : collection of str
        Read when they are needed, so that a variant that is registered later can be chosen too.
    """

    def __init__(self, words: tuple[str, ...], *registries: Collection[str]) -> None:
        self.words = words
        self.registries = registries

    def __iter__(self) -> Iterator[str]:
        yield from self.words
        for registry in self.registries:
            yield from registry

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return any(name == each for each in self)
