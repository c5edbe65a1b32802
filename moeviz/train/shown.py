"""What the tokens are whose routing a record holds: characters, pieces of images, points.

Token t of a record is the place t % S of input t // S, where an input has S tokens.
"""

from __future__ import annotations

from typing import Any

from moeviz.train.look import probe
from moeviz.train.regression import Regression
from moeviz.train.tasks import DIGIT_SIDE, PATCH, Digits, Language, Task

DECIMALS = 3
"""Of the numbers of images and points that are shown."""


def shown_tokens(task: Task) -> dict[str, Any]:
    """Return the tokens that every checkpoint shows, as plain data.

    Returns
    -------
    dict
        Of a text ``{"kind": "text", "rows": [...]}``, a row of S characters for each input. Of
        digits ``{"kind": "digits", "side", "patch", "images": [[side * side numbers from 0 to 1]],
        "labels"}``, images row by row; their tokens are squares of `patch` by `patch`, row by row.
        Of a known mixture ``{"kind": "plane", "points": [[x, y]], "truth": [...], "experts"}``,
        the first two numbers of each point, its true first expert, and how many there are. Each has
        ``"context"``, S.
    """
    inputs, targets = probe(task)
    if isinstance(task, Language):
        rows = [task.text.words(row) for row in inputs.tolist()]
        return {"kind": "text", "context": task.context, "rows": rows}
    if isinstance(task, Regression):
        points = inputs.flatten(0, 1)
        truth, experts = task.truth()
        return {
            "kind": "plane",
            "context": task.context,
            "points": [[round(x, DECIMALS) for x in point] for point in points[:, :2].tolist()],
            "truth": truth[0, : len(points)].tolist(),
            "experts": experts,
        }
    assert isinstance(task, Digits)
    side = DIGIT_SIDE // PATCH
    images = inputs.reshape(-1, side, side, PATCH, PATCH).transpose(2, 3).reshape(len(inputs), -1)
    return {
        "kind": "digits",
        "context": task.context,
        "side": DIGIT_SIDE,
        "patch": PATCH,
        "images": [[round(pixel, DECIMALS) for pixel in image] for image in images.tolist()],
        "labels": targets.tolist(),
    }
