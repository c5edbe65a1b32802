"""A comparison of ours beside a printed table: which orderings agree, and what that is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from moeviz.train.measure import FINAL
from moeviz.train.paired import BETTER, CANNOT_TELL, WORSE, Difference
from moeviz.train.published import Column, PrintedTable, Row

if TYPE_CHECKING:
    from moeviz.train.result import TrainingResult

Agrees = Literal["yes", "no", "cannot tell"]

YES: Final = "yes"
NO: Final = "no"
SAME: Final = "the same"


@dataclass(frozen=True)
class Comparison:
    """Two methods, as a paper has them and as we have them.

    Attributes
    ----------
    source : str
        The paper's key and the table.
    column : Column
    method, other : int
        Their places among our methods.
    label, other_label : str
        What the table calls them.
    printed, other_printed : float
        The table's numbers.
    paper : {"better", "worse", "the same"}
        What the table says of the first.
    ours : Difference
        What our runs say.
    agrees : {"yes", "no", "cannot tell"}
    """

    source: str
    column: Column
    method: int
    other: int
    label: str
    other_label: str
    printed: float
    other_printed: float
    paper: str
    ours: Difference
    agrees: Agrees

    @property
    def words(self) -> str:
        """One sentence."""
        said = {BETTER: self.column.better, WORSE: self.column.worse, SAME: "is the same as"}
        ours = {
            YES: "so it is here",
            NO: "here it is not so",
            CANNOT_TELL: "here it cannot be told",
        }
        return (
            f"{self.source}, {self.column.title}: {self.label} {said[self.paper]} "
            f"{self.other_label} ({_plain(self.printed)} and {_plain(self.other_printed)}); "
            f"{ours[self.agrees]}."
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "source": self.source,
            "column": self.column.title,
            "method": self.label,
            "other": self.other_label,
            "printed": [self.printed, self.other_printed],
            "paper": self.paper,
            "ours": dict(self.ours.to_json()),
            "agrees": self.agrees,
            "words": self.words,
        }


def _plain(value: float) -> str:
    return f"{value:g}".replace("-", "\u2212")


def compared(result: TrainingResult, table: PrintedTable) -> list[Comparison]:
    """Return what two methods at a time are to a printed table and to us.

    Pairs of which one is not among our methods are left out; of each pair the method that
    stands first among ours is what the other is compared with.

    Parameters
    ----------
    result : TrainingResult
    table : PrintedTable
    """
    rows = [(place, row) for row in table.rows if (place := _place(result, row)) is not None]
    rows.sort(key=lambda found: found[0])
    return [
        _comparison(result, table, at, rows[second], rows[first])
        for at, column in enumerate(table.columns)
        if column.reads
        for first in range(len(rows))
        for second in range(first + 1, len(rows))
    ]


def _place(result: TrainingResult, row: Row) -> int | None:
    """Return which of our methods a row is, the first that has its settings."""
    methods = enumerate(result.spec.methods)
    return next((place for place, method in methods if row.is_of(method)), None)


def _comparison(
    result: TrainingResult, table: PrintedTable, at: int, one: tuple[int, Row],
    two: tuple[int, Row],
) -> Comparison:  # fmt: skip
    column = table.columns[at]
    first, second = one[1].values[at], two[1].values[at]
    paper = SAME
    if first != second:
        paper = BETTER if (first < second) == column.lower_is_better else WORSE
    # Beside a final number both are told by a measure; of all else more is what comes first.
    lower = None if column.reads == FINAL else False
    ours = result.difference(one[0], two[0], what=column.reads, lower_is_better=lower)
    agrees: Agrees = CANNOT_TELL
    if ours.says != CANNOT_TELL:
        agrees = YES if ours.says == paper else NO
    return Comparison(
        table.source, column, one[0], two[0], one[1].label, two[1].label, first, second, paper,
        ours, agrees,
    )  # fmt: skip


def sizes(result: TrainingResult, table: PrintedTable) -> str:
    """Say how large the paper's runs were and how large ours are: they are not the same."""
    f = result.spec.fields
    return (
        f"The paper's runs: {table.scale}. Ours: {f['layers']} layers of width {f['width']}, "
        f"{f['experts']} experts of which {f['top']} answer, {f['steps']:,} steps of {f['batch']} "
        f"inputs, {f['seeds']} seeds. Classroom size is not the paper's: an ordering that agrees "
        "does not confirm the paper's, and one that does not agree does not refute it."
    )
