"""Fields of a study: its data sets."""

from __future__ import annotations

from moeviz.fields import Field

DATA = "Data"
"""The heading of these fields."""

DATA_FIELDS = (
    Field(
        "low",
        "Least input",
        "",
        "float",
        -1.0,
        -10.0,
        10.0,
        help="Inputs are uniform on a cube that begins here.",
        group=DATA,
    ),
    Field(
        "high",
        "Greatest input",
        "",
        "float",
        1.0,
        -10.0,
        10.0,
        help="Inputs are uniform on a cube that ends here.",
        group=DATA,
    ),
    Field(
        "sizes",
        "Sample sizes",
        "n",
        "sizes",
        (1000, 3162, 10000, 31623, 100000),
        10,
        10**7,
        help="One set of fits for each.",
        group=DATA,
        basic=True,
        longest=1800,
    ),
    Field(
        "replicates",
        "Replicates",
        "R",
        "int",
        40,
        2,
        400,
        help="Independent data sets at each sample size.",
        group=DATA,
        basic=True,
    ),
    Field(
        "seed",
        "Seed of the data",
        "",
        "int",
        1,
        0,
        2**31 - 1,
        help="Another seed draws other data sets and starts.",
        group=DATA,
        basic=True,
    ),
)
