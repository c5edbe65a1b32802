"""What a design can see, as a document: the reach over n, the hand's rulers, the eigenvalues."""

from __future__ import annotations

import math
from typing import Any

from moeviz.charts.designs_seen import Moved, Seen, designs_seen, look, published
from moeviz.charts.information_panels import (
    eigenvalues_panel,
    hand_panel,
    handles,
    reach_panel,
    reach_words,
)
from moeviz.charts.walks import power_of_ten
from moeviz.theory.information import TARGET
from moeviz.theory.sight import Sight


def information_document(design: str | Seen, moved: Moved, quick: bool = False) -> dict[str, Any]:
    """Return the document of a design's picture, drawn here.

    Parameters
    ----------
    design : str or Seen
        A design, or the name of one of :func:`~moeviz.charts.designs_seen.designs_seen`.
    moved : Moved
    quick : bool
        Whether over few inputs, while a hand moves.
    """
    seen = designs_seen()[design] if isinstance(design, str) else design
    found = look(seen, moved, quick)
    return {
        "handles": handles(seen, moved),
        "panels": [reach_panel(found), hand_panel(seen, moved), eigenvalues_panel(found, quick)],
        "sentence": sentence(seen, found, moved, quick),
        "tables": _tables(found),
    }


def sentence(seen: Seen, found: Sight, moved: Moved, quick: bool = False) -> str:
    """Say what the design can see; numbers stand between stars.

    Parameters
    ----------
    seen : Seen
    found : Sight
    moved : Moved
    quick : bool
        Whether `found` is over few inputs; so is then what it is compared with.
    """
    lost = [one.words for one in found.nulls if not one.gauge]
    gauge = [one.words for one in found.nulls if one.gauge]
    count = len(found.values)
    if lost:
        verb = "is" if len(lost) == 1 else "are"
        begin = (
            f"The rate never shows: of {count} directions *{len(lost)}* {verb} lost and no gauge "
            f"({lost[0]})."
        )
    else:
        about = "about " if quick and found.rough else ""
        begin = (
            f"The rate shows from *{about}n = {reach_words(found.reach)}* on: there the predicted "
            f"error of all parameters falls below {TARGET:g}."
        )
        at_first = look(seen, Moved(), quick).reach
        if moved != Moved() and math.isfinite(at_first):
            times = found.reach / at_first
            begin += f" That is *{power_of_ten(times)}* times as many as before the hand moved."
    if gauge:
        more = f", and {len(gauge) - 1} more" if len(gauge) > 1 else ""
        verb = "is" if len(gauge) == 1 else "are"
        of = "" if lost else f" of {count} directions"
        begin += f" {len(gauge)}{of} {verb} gauge and cost nothing ({gauge[0]}{more})."
    elif not lost:
        begin += f" All {count} directions are seen: there is no gauge."
    return begin


def _tables(found: Sight) -> list[dict[str, Any]]:
    null = max(found.null, len(found.nulls))
    return [
        {
            "title": "The design",
            "columns": ["", "value"],
            "rows": [
                ["constant C of the error C/√n", _number(found.constant)],
                ["reach", _number(found.reach)],
                ["eigenvalues that are 0", null],
                ["directions of the gauge", found.gauge],
                ["inputs averaged over", found.nodes],
            ],
        },
        {
            "title": "Null vectors",
            "columns": ["", "what moves"],
            "rows": [[f"{'gauge' if one.gauge else 'lost'}", one.words] for one in found.nulls],
        },
        {
            "title": "Eigenvalues, ascending",
            "columns": ["", "value"],
            "rows": [[str(i + 1), value] for i, value in enumerate(found.values)],
        },
        {
            "title": "Reach of the papers’ figures",
            "columns": ["", "n"],
            "rows": [[label, _number(reach)] for label, reach in published()],
        },
    ]


def _number(value: float) -> float | str:
    """Return a number as a table takes it; infinity in words."""
    return value if math.isfinite(value) else "no end"
