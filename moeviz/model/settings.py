"""The constants of a model's parts as fields that somebody may set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from moeviz.fields import Field, Values
from moeviz.model.constants import AnyConstant, TextConstant


def constant_fields(parts: Mapping[str, Mapping[str, Any]], group: str) -> Iterator[Field]:
    """Yield a field for every constant that some variant has; it applies where one is chosen.

    Parameters
    ----------
    parts : mapping of str to mapping
        Registries by the names of the fields that choose from them; a field says one name or
        several.
    group : str
        The heading under which a form shows the constants.
    """
    seen: set[str] = set()
    for registry in parts.values():
        for variant in registry.values():
            for constant in constants_of(variant):
                if constant.name not in seen:
                    seen.add(constant.name)
                    yield _field(constant, group, _wherever(constant.name, parts))


def constants_of(variant: Any) -> tuple[AnyConstant, ...]:
    """Return the constants of a variant, as its registry has it."""
    found: tuple[AnyConstant, ...] = getattr(variant, "constants", ())
    return found


def _wherever(name: str, parts: Mapping[str, Mapping[str, Any]]) -> Callable[[Values], bool]:
    """Return whether some part that is chosen has the constant called `name`."""

    def applies(values: Values) -> bool:
        for field, registry in parts.items():
            said = values[field]
            for part in (said,) if isinstance(said, str) else said:
                # A field may have words of its own beside the registry's names.
                if part in registry and any(c.name == name for c in constants_of(registry[part])):
                    return True
        return False

    return applies


def _field(c: AnyConstant, group: str, applies: Callable[[Values], bool]) -> Field:
    label = c.label or c.name
    if isinstance(c, TextConstant):
        return Field(
            c.name,
            label,
            c.symbol,
            "text",
            c.default,
            help=c.help,
            group=group,
            reader=c.read,
            basic=True,
            applies=applies,
        )
    return Field(
        c.name,
        label,
        c.symbol,
        "int" if c.whole else "float",
        int(c.default) if c.whole else float(c.default),
        c.low,
        c.high,
        help=c.help,
        group=group,
        basic=True,
        applies=applies,
    )
