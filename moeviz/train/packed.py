"""Arrays of numbers as short plain data, for records and for pages.

Whole numbers below 256 take a byte. Others take two: their place between the smallest and the
largest, to a 65,535th of that range. Bytes are little endian and written in base 64.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from moeviz.errors import ShapeError, SpecificationError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

Kind = Literal["u1", "u2"]

PLACES = 65_535
"""Steps between the smallest and the largest number of two bytes."""


def pack(values: Tensor, kind: Kind) -> dict[str, Any]:
    """Return an array as plain data.

    Parameters
    ----------
    values : Tensor
        Of any shape. For ``u1`` whole numbers from 0 to 255.
    kind : str
        ``u1``: a byte each, exactly. ``u2``: two bytes each; what is no finite number becomes the
        nearest one that occurs, and what is not a number the smallest.

    Raises
    ------
    SpecificationError
        If numbers of a byte do not fit into one.
    """
    array = values.detach().cpu().numpy()
    if kind == "u1":
        if array.size and not (array.min() >= 0 and array.max() <= 255):
            raise SpecificationError(
                f"Expected whole numbers from 0 to 255, but got {array.min()} to {array.max()}; "
                "pack them as 'u2'."
            )
        return {"shape": list(array.shape), "kind": kind, "data": _text(array.astype(np.uint8))}
    numbers = array.astype(np.float64)
    finite = numbers[np.isfinite(numbers)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    numbers = np.nan_to_num(numbers, nan=low, posinf=high, neginf=low)
    share = (numbers - low) / (high - low) if high > low else np.zeros_like(numbers)
    places = np.rint(share * PLACES).astype("<u2")
    return {
        "shape": list(array.shape), "kind": kind, "low": low, "high": high, "data": _text(places),
    }  # fmt: skip


def unpack(packed: Mapping[str, Any]) -> NDArray[Any]:
    """Return the array in plain data of :func:`pack`: bytes as they were, other numbers as floats.

    Raises
    ------
    ShapeError
        If there are not as many numbers as the shape says.
    """
    data = base64.b64decode(packed["data"])
    shape = tuple(packed["shape"])
    found = np.frombuffer(data, dtype=np.uint8 if packed["kind"] == "u1" else "<u2")
    if found.size != int(np.prod(shape)):
        raise ShapeError(
            f"Expected {int(np.prod(shape))} packed numbers for the shape {shape}, but got "
            f"{found.size}."
        )
    if packed["kind"] == "u1":
        return found.reshape(shape)
    low, high = float(packed["low"]), float(packed["high"])
    numbers: NDArray[np.float64] = low + found.reshape(shape) / PLACES * (high - low)
    return numbers


def _text(array: NDArray[Any]) -> str:
    return base64.b64encode(array.tobytes()).decode("ascii")
