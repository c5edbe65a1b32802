"""What to notice in the table of rates, for every choice of claims; all counts are of today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from moeviz.charts.papers import PAPERS
from moeviz.charts.proofs import CONDITION, FAILS, NONE, OPEN, PROVED
from moeviz.charts.rates_words import Cell, Row, powers_of
from moeviz.text import signed

ALL = "all"


def notices_of(
    rows: Sequence[Row],
    papers: Mapping[str, str],
    settings: Mapping[str, str],
    agreements: Mapping[str, str],
) -> dict[str, str]:
    """Return what to notice for every choice of paper, setting and agreement.

    Parameters
    ----------
    rows : sequence of mapping
        Of the matrix.
    papers, settings, agreements : mapping
        What one may choose.

    Returns
    -------
    dict
        By ``paper|setting|agreement``.
    """
    return {
        f"{paper}|{setting}|{agreement}": _notice(rows, paper, setting, agreement)
        for paper in (ALL, *papers)
        for setting in (ALL, *settings)
        for agreement in (ALL, *agreements)
    }


def chosen(rows: Sequence[Row], paper: str, setting: str, agreement: str) -> list[tuple[Row, Cell]]:
    """Return the cells of a choice, each with its row.

    Parameters
    ----------
    rows : sequence of mapping
    paper, setting, agreement : str
        Each a name, or ``"all"``.
    """
    return [
        (row, cell)
        for row in rows
        if paper in (ALL, row["paper"])
        for cell in row["cells"]
        if setting in (ALL, cell["setting"]) and agreement in (ALL, cell["agreement"])
    ]


def _notice(rows: Sequence[Row], paper: str, setting: str, agreement: str) -> str:
    found = chosen(rows, paper, setting, agreement)
    if not found:
        return "No claim is so; choose another paper, setting or agreement."
    cells = [cell for _, cell in found]
    return f"{_of_proofs(cells, paper)} {_of_slopes(cells)} {_striking(found)}".rstrip()


def _of_proofs(cells: Sequence[Cell], paper: str) -> str:
    """Say of how many claims the proof fails, and how the others stand; every one is counted."""
    where = "" if paper == ALL else f" of the {PAPERS[paper].lower()}"
    proofs = [cell["proof"] for cell in cells]
    beside = sum(map(_fails_beside, cells))
    split = f" ({beside} fails for another expert)" if beside else ""
    ways = {
        PROVED: ("is proved", "are proved"),
        CONDITION: (f"holds under a condition{split}", f"hold under a condition{split}"),
        OPEN: ("is not decided", "are not decided"),
        NONE: ("is not checked", "are not checked"),
    }
    known = [(proofs.count(mark), words) for mark, words in ways.items()]
    others = "".join(f"{number} {words[number > 1]}, " for number, words in known if number)
    said = f"The proof fails as printed in {proofs.count(FAILS) or 'none'} of "
    said += f"{_count(len(cells), 'claim')}{where}"
    return f"{said}; {others[:-2]}." if others else f"{said}."


def _fails_beside(cell: Cell) -> bool:
    """Return whether the proof fails for an expert of the claim, but not for the measured one."""
    return cell["proof"] != FAILS and any(one["mark"] == FAILS for one in cell["claims"])


def _of_slopes(cells: Sequence[Cell]) -> str:
    """Say how many slopes contradict their claim, and how the others stand; all are counted."""
    judged = Counter(map(_judged, cells))
    ways = {
        "yes": ("agrees", "agree"),
        "unknown": ("cannot tell", "cannot tell"),
        "silent": ("claim names no power of n", "claims name no power of n"),
        "several": ("names two rates", "name two rates"),
        "missing": ("is not measured", "are not measured"),
    }
    said = [f"{judged[way]} {words[judged[way] > 1]}" for way, words in ways.items() if judged[way]]
    against = judged["no"]
    first = f"{_count(against, 'slope') if against else 'No slope'} "
    first += "contradict their claims" if against > 1 else "contradicts its claim"
    return f"{first}: {', '.join(said)}." if said else f"{first}."


def _judged(cell: Cell) -> str:
    """Return how a slope stands to its claim."""
    if not cell["measured"]:
        return "missing"
    if cell["exponent"] is None:
        return "several" if powers_of(cell["claim"]) else "silent"
    return str(cell["measured"]["mark"])


def _striking(found: Sequence[tuple[Row, Cell]]) -> str:
    """Point at the cell that is worth a look: what slope or proof says against its claim."""
    measured = [pair for pair in found if pair[1]["measured"]]
    against = [pair for pair in measured if pair[1]["measured"]["mark"] == "no"]
    if against:
        row, cell = max(against, key=_distance)
        return f"{_where(row, cell)}: slope {_estimate(cell)}, claimed {signed(cell['exponent'])}."
    kept = [(r, c) for r, c in measured if c["measured"]["mark"] == "yes" and c["proof"] == FAILS]
    if kept:
        row, cell = kept[0]
        return f"{_where(row, cell)}: slope {_estimate(cell)} as claimed, yet refuted."
    falls = [(r, c) for r, c in measured if c["kind"] == "slow" and c["measured"]["high"] < 0]
    if falls:
        row, cell = min(falls, key=lambda pair: float(pair[1]["measured"]["slope"]))
        return (
            f"{_where(row, cell)}: claimed slower than any power for the worst truth, yet this "
            f"one falls with slope {_estimate(cell)}."
        )
    return ""


def _where(row: Row, cell: Cell) -> str:
    regime = row["regime"].replace("-specified", "")
    return f"{row['short'][:1].upper()}{row['short'][1:]}, {regime}, {cell['expert']}"


def _estimate(cell: Cell) -> str:
    return signed(cell["measured"]["slope"])


def _distance(pair: tuple[Row, Cell]) -> float:
    return abs(float(pair[1]["measured"]["slope"]) - float(pair[1]["exponent"]))


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
