"""A protocol map as text, as plain data, and the maps' part of a page of results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from moeviz.charts.experiments import LIKELIHOODS, likelihood_rows
from moeviz.charts.protocol_lessons import (
    curve_name,
    law_words,
    lesson,
    protocol_words,
    slope_by_slope,
)
from moeviz.study.presets import PRESETS
from moeviz.study.protocol_kept import KeptMap, kept_map, map_names
from moeviz.study.protocol_map import EM, SGD, ProtocolMap
from moeviz.study.protocol_region import (
    CLOSE,
    cell_stands,
    level_stands,
    region,
    slope_stands,
    trust,
)
from moeviz.study.protocol_result import Cell, CellCurve, Ends, MapResult
from moeviz.study.trusted import TRUSTED
from moeviz.text import listed, signed

MARKS = {"agrees": "=", "differs": " ", "wide": "?", "none": "-"}
"""Behind a slope: as printed, not, too wide to tell, none."""


def map_json(result: MapResult) -> dict[str, Any]:
    """Return a map with how its cells stand, as plain data.

    Parameters
    ----------
    result : MapResult
    """
    found, n = region(result), result.asked.sizes[-1]
    published = result.asked.published
    plain = result.to_json()
    for cell, made in zip(result.cells, plain["cells"], strict=True):
        made["stands"] = cell_stands(cell, published)
        made["protocol"] = protocol_words(result.asked, cell)
        for curve, one, told in zip(cell.curves, published, made["curves"], strict=True):
            told["stands"] = slope_stands(curve.printed, one)
            if one.line is not None:
                told["level_stands"] = level_stands(curve, one, n)
    return {
        **plain,
        "published": [
            {
                "curve": curve_name(result.asked.preset, p),
                "slope": p.slope,
                "source": p.source,
                **({} if p.line is None else {"line": p.line.printed, "level": p.line.at(n)}),
            }
            for p in published
        ],
        "region": [[cell.law, cell.way] for cell in found.together],
        "level_region": [[cell.law, cell.way] for cell in found.level],
        "level_met": [[cell.law, cell.way] for cell in found.met],
        "too_wide": [[cell.law, cell.way] for cell in found.wide],
        "lesson": plain_text(lesson(result)),
    }


def plain_text(sentence: str) -> str:
    """Return a sentence without the stars around its numbers."""
    return sentence.replace("*", "")


def map_text(result: MapResult) -> str:
    """Return a map as a table per curve and its lesson.

    Parameters
    ----------
    result : MapResult
    """
    asked = result.asked
    lines = [
        f"{PRESETS[asked.preset].title}: {len(result.cells)} protocols, {len(asked.sizes)} sizes "
        f"from {asked.sizes[0]:,} to {asked.sizes[-1]:,}, {asked.replicates} replicates."
    ]
    head = f"{'starts':22s}" + "".join(f"{way.short:>16s}" for way in asked.ways) + "  starts alone"
    for at, one in enumerate(asked.published):
        name = curve_name(asked.preset, one)
        lines += ["", f"{name}: printed {signed(one.slope)} (slope of the means)", head]
        for law, words in enumerate(map(law_words, asked.laws)):
            row = [cell.curves[at] for cell in result.cells if cell.law == law]
            start = result.start(law, at)
            lines.append(
                f"{words:22s}"
                + "".join(f"{_written(c.printed, slope_stands(c.printed, one)):>16s}" for c in row)
                + f"  {signed(start.printed[0]) if start and start.printed else 'none'}"
            )
    marks = "= contains the printed slope, ? would but is too wide to tell, none: no slope"
    return "\n".join([*lines, "", f"± half the interval; {marks}.", plain_text(lesson(result))])


def _written(ends: Ends | None, stand: str) -> str:
    if ends is None:
        return "none "
    return f"{signed(ends[0])} ±{(ends[2] - ends[1]) / 2:.2f}{MARKS[stand]}"


def maps_markdown(names: Sequence[str] = ()) -> str:
    """Return what the kept maps say, figure by figure, as Markdown.

    Parameters
    ----------
    names : sequence of str
        Presets; by default all that have a kept map.
    """
    kept = {name: found for name in names or map_names() if (found := kept_map(name)) is not None}
    lines = []
    for name, found in kept.items():
        lines += [f"### {PRESETS[name].title}", "", figure_words(found), ""]
    if not names:
        lines += [*without_slopes(), ""]
    missing = [name for name in map_names() if name not in kept]
    if missing and not names:
        lines += [f"Without a kept map yet: {', '.join(missing)}.", ""]
    if kept:
        results = [found.result for found in kept.values()]
        for protocol, title in ((SGD, "Gradient descent"), (EM, "EM")):
            some = [result for result in results if result.asked.protocol == protocol]
            if some:
                lines += [f"{title}: {trust_words(some)}", ""]
    return "\n".join(lines).strip() + "\n"


def without_slopes() -> list[str]:
    """Return a heading and a paragraph about the figure that shows likelihoods, and has no map."""
    own, shared = LIKELIHOODS.presets
    rows = [row for row in likelihood_rows() if row[own] and row[shared]]
    if not rows:
        return []

    def falls(name: str) -> str:
        return listed([f"{row[name][0] - row[name][1]:.4f} ({row['gate']})" for row in rows])

    def lowest(name: str) -> str:
        return str(min(rows, key=lambda row: row[name][1])["gate"])

    steps = PRESETS[own].defaults["em_steps"]
    return [
        f"### {PRESETS[own].title}",
        "",
        "It prints curves and no slopes, so that there is no map of it; its two readings stand "
        f"side by side. Over {steps} iterations minus the mean log-likelihood falls, with data of "
        f"its own for each gate, by {falls(own)}; levels cannot be compared there, since each "
        f"gate has other data. On one data set for all it falls by {falls(shared)}, and ends "
        f"lowest for {lowest(shared)}.",
    ]


def maps_page(names: Sequence[str] = ()) -> str:
    """Return :func:`maps_markdown` as a page of its own, with a heading that says what it is.

    Parameters
    ----------
    names : sequence of str
    """
    return (
        "# What the protocol maps say\n\n"
        "Printed by `python -m moeviz protocols --markdown` from the kept maps "
        "([how they are made](protocols.md#maps-what-would-have-to-be-true)).\n\n"
        f"{maps_markdown(names)}"
    )


def figure_words(kept: KeptMap) -> str:
    """Return a paragraph about a kept map: its lesson, what it took, and what it establishes.

    Parameters
    ----------
    kept : KeptMap
    """
    result, asked = kept.result, kept.result.asked
    found = region(result)
    said = [plain_text(lesson(result)), slope_by_slope(result)]
    if found.says == "end":
        said.append(
            "What is printed lies at the very end of an interval there: it is compatible with "
            f"{asked.replicates} replicates, and not established."
        )
    elif found.says == "established":
        these = "this protocol" if len(found.together) == 1 else "one of these protocols"
        what = "slopes come" if len(asked.published) > 1 else "slope comes"
        said.append(
            f"That the printed {what} out there is established; that the paper ran {these} is only "
            "compatible with what it prints."
        )
    elif found.says == "wide":
        said.append(
            f"Nothing is established: at {len(found.wide)} of the protocols what is printed is "
            f"compatible with what {asked.replicates} replicates say, and so is much else."
        )
    else:
        said.append(
            "As far as these intervals tell, the paper ran none of these protocols, or its "
            "simulation differs in what the map takes for given (truth, rate, epochs, loss)."
        )
    said.append(_extremes(result))
    said.append(
        f"({len(result.cells)} protocols, {len(asked.sizes)} sizes from {asked.sizes[0]:,} to "
        f"{asked.sizes[-1]:,}{_paper_goes_to(asked)}, {asked.replicates} replicates; "
        f"{kept.date}, {kept.device}, "
        f"{result.seconds / 60:.1f} minutes of work.)"
    )
    return " ".join(part for part in said if part)


def _paper_goes_to(asked: ProtocolMap) -> str:
    """Return up to which size the figure goes, where the map stays below it."""
    last = max((one.sizes[-1] for one in asked.published if one.sizes), default=0)
    return f" (the figure goes to {last:,})" if last > asked.sizes[-1] else ""


def _extremes(result: MapResult) -> str:
    """Return between which slopes the curves lie over the map."""
    said = []
    for at, one in enumerate(result.asked.published):
        pairs: list[tuple[float, Cell, CellCurve]] = [
            (cell.curves[at].printed[0], cell, cell.curves[at])  # type: ignore[index]
            for cell in result.cells
            if cell.curves[at].printed is not None
        ]
        if not pairs:
            continue
        low, high = min(pairs, key=lambda p: p[0]), max(pairs, key=lambda p: p[0])
        name = curve_name(result.asked.preset, one)
        said.append(
            f"Over the map the slope of {name} goes from {signed(low[0])} "
            f"({protocol_words(result.asked, low[1])}) to {signed(high[0])} "
            f"({protocol_words(result.asked, high[1])}); printed is {signed(one.slope)}."
        )
    return " ".join(said)


def trust_words(results: Sequence[MapResult]) -> str:
    """Return how often the predicted protocol was right over some maps.

    Parameters
    ----------
    results : sequence of MapResult
    """
    found = trust(results)
    if not found.trusted:
        return "no predicted mean of these maps is drawn."

    def share(part: int, whole: int) -> str:
        return f"{part:,} of {whole:,} ({100 * part / whole:.0f} %)" if whole else "none"

    said = (
        f"of the predicted means that are drawn (remainder at most {TRUSTED:g}), "
        f"{share(found.close, found.trusted)} lie within {100 * CLOSE:.0f} % of the measured mean"
    )
    if found.scattered:
        said += (
            f" and {share(found.scattered, found.trusted)} more within twice the standard error "
            "that single losses, which scatter as widely as predicted, leave to a mean of so few "
            "replicates: these the map cannot tell from right"
        )
    said += f"; of those that are not drawn, {share(found.doubted_close, found.doubted)}"
    if found.doubted_scattered:
        said += f" and {share(found.doubted_scattered, found.doubted)}"
    return said + "."
