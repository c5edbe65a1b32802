"""Dense layers that sparse ones are compared with: every unit answers every token."""

from __future__ import annotations

from dataclasses import dataclass

from moeviz.model.registry import Registry
from moeviz.train.rules import Rules


@dataclass(frozen=True)
class Reference:
    """A dense network that stands beside the sparse ones.

    Attributes
    ----------
    name, title, does : str
        Name in the registry; name for people; one line of what it is.
    total : bool
        Whether it has as many parameters as all N experts; else as many as the K that answer.
    """

    name: str
    title: str
    does: str
    total: bool

    def width(self, rules: Rules) -> int:
        """Return its number of hidden units."""
        return rules.hidden * (rules.experts if self.total else rules.top)


REFERENCES: Registry[Reference] = Registry("reference")

for _reference in (
    Reference(
        "dense-active",
        "dense, equal work",
        "One network of the size of the K experts that answer a token.",
        total=False,
    ),
    Reference(
        "dense-total",
        "dense, equal size",
        "One network of the size of all N experts: N/K times the work.",
        total=True,
    ),
):
    REFERENCES.add(_reference.name, _reference)
