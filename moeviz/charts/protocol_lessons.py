"""What a protocol map teaches, in one sentence, made of the map's own numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from moeviz.model import EXPERTS, GATES, SCORES
from moeviz.study.presets import PRESETS, Published
from moeviz.study.protocol_map import EM, ProtocolMap
from moeviz.study.protocol_region import (
    Region,
    alone,
    cell_stands,
    region,
    slope_stands,
)
from moeviz.study.protocol_result import Cell, CellCurve, MapResult
from moeviz.study.protocol_way import Law
from moeviz.text import listed, signed

_POWERS = {0.25: "n^(−1/4)", 0.5: "n^(−1/2)"}


def curve_name(preset: str, published: Published) -> str:
    """Return what tells one printed curve of a figure from its others, in a word or two.

    Parameters
    ----------
    preset : str
        The figure's.
    published : Published
    """
    for table, name in (
        (SCORES, published.router), (GATES, published.gate), (EXPERTS, published.expert)
    ):  # fmt: skip
        if name:
            return str(table[name].title)
    routers = PRESETS[preset].defaults["routers"]
    names = routers if isinstance(routers, tuple) else (routers,)
    return str(SCORES[str(names[0])].title)


def law_words(law: Law) -> str:
    """Return where starts lie, in a few words.

    Parameters
    ----------
    law : Law
    """
    if not law.scale:
        return "at the truth"
    power = _POWERS.get(law.power, f"n^(−{law.power:g})") if law.power else ""
    return f"{law.scale:g}{'·' if power else ''}{power} away"


def way_words(asked: ProtocolMap, way: int) -> str:
    """Return how a map's protocol is run in one of its ways.

    Parameters
    ----------
    asked : ProtocolMap
    way : int
    """
    return asked.ways[way].words


def lesson(result: MapResult) -> str:
    """Say in one sentence what a map shows; numbers stand between stars.

    Parameters
    ----------
    result : MapResult
    """
    found, asked = region(result), result.asked
    printed, whole = asked.published, len(result.cells)
    if not found.judged:
        names = [f"*{signed(p.slope)}* ({curve_name(asked.preset, p)})" for p in printed]
        return f"No protocol has been read yet; printed is {listed(names)}."
    of = f"{whole} protocols" if result.complete else f"the {found.judged} protocols read so far"
    both = "both printed slopes" if len(printed) == 2 else f"all {len(printed)} printed slopes"
    one = f"the printed slope {signed(printed[0].slope)}"
    many = len(printed) > 1
    if found.together:
        said = f"{both} appear together" if many else f"{one} appears"
        said = f"{said[0].upper()}{said[1:]} at *{len(found.together)}* of {of}: "
        said += _where(found.together, asked)
        if found.says == "end":
            said += ", where it lies at the very end of an interval"
        said += _level(found, asked) + _nobody(found)
        if found.wide:
            said += f"; at {len(found.wide)} more {_intervals(len(found.wide))}"
        return f"{said}."
    said = f"At *none* of {of} {f'do {both}' if many else f'does {one}'} appear"
    said += " together" if many else ""
    if found.wide:
        said += f"; at {len(found.wide)} of them {_intervals(len(found.wide))}"
    if found.nearest is not None:
        near = found.nearest
        said += f"; the nearest is {protocol_words(asked, near)}, with {_slopes(near, printed)}"
        said += ", too wide to tell" * (cell_stands(near, printed) == "wide")
    if all(one.line for one in printed):
        where = _where(found.met, asked) if found.met else ""
        count = len(found.met) or "none"
        said += f"; slopes aside, the printed level at n = {asked.sizes[-1]:,} is met at *{count}*"
        said += f" of them{':' * bool(where)} {where}".rstrip()
    return f"{said}."


def _intervals(count: int) -> str:
    """Return what is said of so many protocols that cannot tell."""
    return f"{'an interval is' if count == 1 else 'the intervals are'} too wide to tell"


def slope_by_slope(result: MapResult) -> str:
    """Say where each printed slope appears by itself, and where its starts alone show it.

    Parameters
    ----------
    result : MapResult
    """
    asked, said = result.asked, []
    for at, one in enumerate(asked.published):
        found = alone(result, at)
        words = f"{signed(one.slope)} ({curve_name(asked.preset, one)}) appears at "
        if not found.agree:
            words += "none"
        else:
            words += f"{len(found.agree)} ({_where(found.agree, asked)})"
            words += _untrained(len(found.starts), len(found.agree))
        if found.wide:
            more = " more" if found.agree else ""
            words += f"; at {found.wide}{more} its interval is too wide to tell"
        said.append(words)
    return f"Slope by slope: {'. '.join(said)}."


def _untrained(count: int, whole: int) -> str:
    """Return at how many protocols that show a slope the starts alone show it."""
    if whole == 1:
        return f", where the starts alone {'' if count else 'do not '}show it{', too' * count}"
    shown = "all" if count == whole else f"{count}" if count else "none"
    return f"; at {shown} of these the starts alone show it, with nobody training"


def protocol_words(asked: ProtocolMap, cell: Cell) -> str:
    """Return a cell's protocol in words.

    Parameters
    ----------
    asked : ProtocolMap
    cell : Cell
    """
    return f"{way_words(asked, cell.way)} from starts {law_words(asked.laws[cell.law])}"


def _slopes(cell: Cell, printed: Sequence[Published]) -> str:
    return listed(
        [
            f"*{signed(curve.printed[0]) if curve.printed else 'no slope'}*"
            f"{_wide(curve, one)} for {signed(one.slope)}"
            for curve, one in zip(cell.curves, printed, strict=True)
        ]
    )


def _wide(curve: CellCurve, one: Published) -> str:
    """Return the interval of a slope that is too wide to tell; nothing of others."""
    if curve.printed is None or slope_stands(curve.printed, one) != "wide":
        return ""
    return f" ({signed(curve.printed[1])} to {signed(curve.printed[2])})"


def _where(cells: Sequence[Cell], asked: ProtocolMap) -> str:
    """Return which cells these are, way by way."""
    ways: dict[str, list[int]] = {}
    for way in range(len(asked.ways)):
        laws = [asked.laws[cell.law] for cell in cells if cell.way == way]
        if laws:
            ways.setdefault(_laws(laws, asked), []).append(way)
    said = []
    for where, at in ways.items():
        names = listed([way_words(asked, way) for way in at])
        if len(at) == len(asked.ways) > 1:
            names = "every end of EM" if asked.protocol == EM else "batches of every size"
        said.append(f"{names} from starts {where}")
    return "; ".join(said)


def _laws(laws: Sequence[Law], asked: ProtocolMap) -> str:
    if len(laws) == len(asked.laws):
        return "of every kind"
    said = []
    for power in sorted({law.power for law in asked.laws}):
        scales = sorted(law.scale for law in laws if law.power == power and law.scale)
        if scales:
            by = f"·{_POWERS.get(power, f'n^(−{power:g})')}" if power else ""
            said.append(f"{listed([f'{scale:g}' for scale in scales])}{by} away")
    if any(not law.scale for law in laws):
        said.insert(0, "at the truth")
    return " or ".join(said)


def _level(found: Region, asked: ProtocolMap) -> str:
    if any(one.line is None for one in asked.published):
        return ""
    if not found.level:
        return ", but at none of them does the line lie where it is printed"
    return f", and at *{len(found.level)}* of them the line lies where it is printed, too"


def _nobody(found: Region) -> str:
    if not found.starts:
        return ""
    if len(found.starts) == len(found.together):
        which = "there" if len(found.together) == 1 else "at all of these"
    else:
        which = f"at {len(found.starts)} of these"
    return f"; {which} the starts alone show it, with nobody training"


def cell_sentence(result: MapResult, cell: Cell) -> str:
    """Say what to notice at one protocol of a map; numbers stand between stars.

    Parameters
    ----------
    result : MapResult
    cell : Cell
    """
    asked = result.asked
    begin = protocol_words(asked, cell)
    said = []
    for at, (curve, one) in enumerate(zip(cell.curves, asked.published, strict=True)):
        name = f"{curve_name(asked.preset, one)} " if len(asked.published) > 1 else ""
        if curve.refused:
            why = curve.refused.partition(", because ")[2].partition(",")[0]
            said.append(f"{name}cannot be run{f': {why}' if why else ''}")
            continue
        if curve.printed is None:
            said.append(f"{name}{_without(asked, curve)}")
            continue
        stand = slope_stands(curve.printed, one)
        words = {
            "agrees": "as printed", "differs": f"printed {signed(one.slope)}",
            "wide": "too wide to tell", "none": "",
        }[stand]  # fmt: skip
        said.append(
            f"{name}*{signed(curve.printed[0])}* ({signed(curve.printed[1])} to "
            f"{signed(curve.printed[2])}; {words}), starts alone {_start(result, cell.law, at)}"
            f"{_level_words(curve, one, asked)}"
        )
    return f"{begin[0].upper()}{begin[1:]}: {'; '.join(said)}."


def _level_words(curve: CellCurve, one: Published, asked: ProtocolMap) -> str:
    """Return where a line lies beside the printed one; nothing where none is printed."""
    if one.line is None or curve.level is None:
        return ""
    n = asked.sizes[-1]
    level, low, high = (f"{value:.3g}" for value in curve.level)
    return f", level at n = {n:,} *{level}* ({low} to {high}; printed {one.line.at(n)[0]:.3g})"


def foreseen(asked: ProtocolMap, curve: CellCurve) -> float | None:
    """Return the slope of a curve's predicted means, None where not all can be trusted.

    Parameters
    ----------
    asked : ProtocolMap
    curve : CellCurve
    """
    known = [value for value in curve.trusted_protocol if value is not None and value > 0]
    if len(known) < 2 or len(known) != len(asked.predicted):
        return None
    return float(np.polyfit(np.log(asked.predicted), np.log(known), 1)[0])


def _without(asked: ProtocolMap, curve: CellCurve) -> str:
    """Return what is said of a curve that has no slope yet, or none at all."""
    if curve.n:
        return f"no slope ({curve.lost} fits lost)" if curve.lost else "no slope"
    told = foreseen(asked, curve)
    if told is not None:
        return f"predicted *{signed(told)}*, not run yet"
    far = any(value is not None for value in curve.predicted)
    return "not run yet" + far * ", and not predicted: its runs leave what a line can stand for"


def _start(result: MapResult, law: int, curve: int) -> str:
    start = result.start(law, curve)
    if start is None or start.printed is None:
        return "without a slope"
    return signed(start.printed[0])
