"""What a comparison of trained networks says of one of its methods beside another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from moeviz.errors import SpecificationError
from moeviz.lessons.conditions import Fact, short
from moeviz.lessons.results import Results


@dataclass(frozen=True)
class OfTraining:
    """What a comparison says of one method beside another.

    Gives ``final`` and ``other``, the mean over seeds of what is measured at the end, and of the
    method beside it; ``difference``, ``low`` and ``high`` of its interval over pairs of seeds, and
    ``says``: better, worse or cannot tell; ``title`` and ``beside``, the methods' names; ``unit``;
    ``baseline``, what a simple model reaches; ``steps``, ``seeds``; ``methods``, how many were
    compared, and how many of the others are ``better`` and ``worse`` than the method beside;
    ``paper`` and ``paper_other``, what a paper prints of both, and ``source``, where; ``seed``;
    ``date``.

    Attributes
    ----------
    preset : str
    method, against : str
        As the comparison names them; `against` is the first one where it is empty.
    """

    GIVES: ClassVar[tuple[str, ...]] = (
        "final", "other", "difference", "low", "high", "says", "title", "beside", "unit",
        "baseline", "steps", "seeds", "methods", "better", "worse", "paper",
        "paper_other", "source", "seed", "date",
    )  # fmt: skip

    preset: str
    method: str
    against: str = ""

    def facts(self, results: Results) -> dict[str, Fact]:
        """Return the facts."""
        kept = results.training(self.preset)
        result = kept.result
        one = self._place(result, self.method)
        other = self._place(result, self.against) if self.against else 0
        found = result.difference(one, other)
        methods = result.spec.methods
        says = [result.difference(i, other).says for i in range(len(methods)) if i != other]
        return {
            "final": float(result.final(one).mean()),
            "other": float(result.final(other).mean()),
            "difference": found.mean,
            "low": found.low,
            "high": found.high,
            "says": found.says,
            "title": methods[one].title,
            "beside": methods[other].title,
            "unit": result.measure.unit,
            "baseline": result.baseline,
            "steps": int(result.spec["steps"]),
            "seeds": len(result.seeds),
            "methods": len(methods),
            "better": says.count("better"),
            "worse": says.count("worse"),
            **_printed(result, one, other),
            "seed": int(result.spec["seed"]),
            "date": kept.date,
        }

    def _place(self, result: Any, name: str) -> int:
        for place, method in enumerate(result.spec.methods):
            if method.text == name:
                return place
        raise SpecificationError(
            f"Expected the training {self.preset} to have a method '{short(name)}', but it has "
            f"{'; '.join(method.text for method in result.spec.methods)}."
        )


def drawn_places(result: Any, sources: Iterable[object]) -> Sequence[int]:
    """Return which of a training's methods are drawn: those of some sources, else the first three.

    Parameters
    ----------
    result : TrainingResult
    sources : iterable of Source
        The method beside which one is held comes before it.
    """
    names = [method.text for method in result.spec.methods]
    asked = [m for s in sources if isinstance(s, OfTraining) for m in (s.against, s.method)]
    places = [names.index(name) for name in dict.fromkeys(asked) if name in names]
    return places or range(min(3, len(names)))


def _printed(result: Any, one: int, other: int) -> dict[str, Fact]:
    """Return what a paper prints of two methods, in the first of its columns that has both."""
    from moeviz.train.compared import compared
    from moeviz.train.presets import tables_of

    for table in tables_of(result.spec):
        for each in compared(result, table):
            if {each.method, each.other} == {one, other}:
                pair = each.printed, each.other_printed
                mine, others = pair if each.method == one else pair[::-1]
                source = f"{table.source}, {each.column.title}"
                return {"paper": mine, "paper_other": others, "source": source}
    return {"paper": None, "paper_other": None, "source": None}
