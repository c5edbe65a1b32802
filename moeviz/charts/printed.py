"""What is printed of a result: its plain data with the sentences that belong to them."""

from __future__ import annotations

from typing import Any

from moeviz.charts.notices import notices
from moeviz.charts.sentences import curve_words
from moeviz.study.against import held_against
from moeviz.study.reader import attributes, plain
from moeviz.study.reread import all_slopes
from moeviz.study.result import Result


def printed(result: Result) -> dict[str, Any]:
    """Return a result as plain data, sentences included.

    Parameters
    ----------
    result : Result

    Returns
    -------
    dict
        What :meth:`~moeviz.study.result.Result.to_json` returns, with ``notices`` and, for each
        curve, ``in_words``, ``slopes``, its slope under every statistic, and ``against_paper``:
        slope and level in the statistic of the paper that prints something of it, else None.
    """
    data = result.to_json()
    for curve, said in zip(result.curves, data["curves"], strict=True):
        said["in_words"] = curve_words(result.spec, curve)
        said["slopes"] = {
            name: slope and plain(attributes(slope))
            for name, slope in all_slopes(result.spec, curve).items()
        }
        against = held_against(result.spec, curve)
        said["against_paper"] = against and {
            "statistic": against.published.statistic,
            **{
                part: found and plain(attributes(found))
                for part, found in (
                    ("slope", against.slope),
                    ("level", against.level),
                    ("printed_level", against.printed),
                )
            },
            "slope_inside": against.slope_inside,
            "level_inside": against.level_inside,
        }
    return {**data, "notices": list(notices(result.spec))}
