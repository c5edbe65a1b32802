"""Words of the page of gates: what is seen on the picture."""

from __future__ import annotations

DETAILS = (
    "An arrow is the vector of one expert's [score](term:score): drag it, or move it with the "
    "arrow keys, and make it longer or shorter with + and −. Under "
    "[competition](term:competition) it is the slope of the expert's own answer, which the "
    "[affinity κ](term:affinity) reads. A colour says whose weight is largest, and the stronger "
    "it is, the farther the second is behind. Thin lines are levels of that weight, thick ones "
    "lie between winners, dashed ones are the [seams](term:seam) of a gate that keeps K experts. "
    "Where the sum of the weights is shown, it is pale at 1. Stripes: there is no number.\n\n"
    "What has moved is measured from the start, the dashed circles, as the largest change of a "
    "weight at 96 × 64 points of the plane while a hand moves, and at 192 × 128 when it rests."
)
