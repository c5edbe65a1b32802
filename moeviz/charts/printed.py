"""What is printed of a result: its plain data with the sentences that belong to them."""

from __future__ import annotations

from typing import Any

from moeviz.charts.notices import notices
from moeviz.charts.sentences import curve_words
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
        curve, ``in_words``.
    """
    data = result.to_json()
    for curve, said in zip(result.curves, data["curves"], strict=True):
        said["in_words"] = curve_words(result.spec, curve)
    return {**data, "notices": list(notices(result.spec))}
