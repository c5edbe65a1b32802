"""Whether compiled code can be had here: numba, and each module that compiles as it is imported."""

from __future__ import annotations

import logging
from functools import cache
from importlib import import_module

logger = logging.getLogger(__name__)

_failed: list[str] = []
"""What could not be had; the first is enough to go tensor by tensor from then on."""


@cache
def available() -> bool:
    """Return whether compiled code can be made here, as far as numba alone says."""
    try:
        import numba
    except ModuleNotFoundError as error:
        if error.name != "numba":
            _give_up("numba", error)
        return False
    except Exception as error:
        # A package that does not go with what is installed beside it raises all sorts of errors.
        _give_up("numba", error)
        return False
    return not numba.config.DISABLE_JIT  # type: ignore[attr-defined]


def loaded(*modules: str) -> bool:
    """Return whether these modules of compiled code are ready, after compiling them if need be.

    Once one cannot be had, none is: the passes of this process go tensor by tensor.

    Parameters
    ----------
    *modules : str
        Names in this package.
    """
    return available() and not _failed and all(_imported(module) for module in modules)


@cache
def _imported(module: str) -> bool:
    try:
        import_module(f"{__package__}.{module}")
    except Exception as error:
        _give_up(module, error)
        return False
    return True


def _give_up(module: str, error: Exception) -> None:
    _failed.append(module)
    logger.warning(
        "%s cannot be compiled here (%s: %s); passes go tensor by tensor, which takes longer.",
        module,
        type(error).__name__,
        str(error).partition("\n")[0],
    )
