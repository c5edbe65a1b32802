"""Registries: the one place that says which scores, gates, experts and outputs exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from moeviz.errors import UnknownNameError
from moeviz.text import nearest

V = TypeVar("V")


class Registry(Mapping[str, V], Generic[V]):
    """Named variants in the order in which they were registered.

    Parameters
    ----------
    kind : str
        What the registry holds, in the singular; used in messages.

    Attributes
    ----------
    changes : int
        How often a variant came or went; for who keeps something made of all of them.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.changes = 0
        self._variants: dict[str, V] = {}

    def add(self, name: str, variant: V) -> V:
        """Register `variant` under `name` and return it.

        Raises
        ------
        UnknownNameError
            If the name is taken.
        """
        if name in self._variants:
            raise UnknownNameError(
                f"A new {self.kind} needs a name of its own, but '{name}' is taken; choose another."
            )
        self._variants[name] = variant
        self.changes += 1
        return variant

    def remove(self, name: str) -> None:
        """Take a variant out again; used by tests that add one."""
        del self._variants[name]
        self.changes += 1

    def __getitem__(self, name: str) -> V:
        try:
            return self._variants[name]
        except (KeyError, TypeError):
            known = nearest(self._variants, str(name))
            raise UnknownNameError(
                f"Expected one of the known {self.kind}s ({known}), but got '{str(name)[:60]}'."
            ) from None

    def get(self, name: object, default: V | None = None) -> V | None:  # type: ignore[override]
        """Return a variant, or `default` where there is none of that name."""
        return self._variants[str(name)] if name in self else default

    def __contains__(self, name: object) -> bool:
        return name in self._variants

    def __iter__(self) -> Iterator[str]:
        return iter(self._variants)

    def __len__(self) -> int:
        return len(self._variants)
