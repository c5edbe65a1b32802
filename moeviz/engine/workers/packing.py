"""Objects as bytes, for other processes."""

from __future__ import annotations

from typing import Any

import cloudpickle


def pack(*parts: Any) -> bytes:
    """Turn objects into bytes, for :func:`unpack` in another process.

    Dask's scheduler reads the arguments of every task. Bytes keep it from importing the kind,
    and PyTorch with it, for that.

    Parameters
    ----------
    *parts : object
        Of classes that can be imported there.
    """
    packed: bytes = cloudpickle.dumps(parts)
    return packed


def unpack(packed: bytes) -> Any:
    """Return the objects again, as a tuple.

    Parameters
    ----------
    packed : bytes
        By :func:`pack`.
    """
    return cloudpickle.loads(packed)
