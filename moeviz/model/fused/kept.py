"""Compiling a function once on a machine: what was compiled before is read.

numba's own cache fails with the disk: a damaged file, a full disk or a folder that nobody may
write to end the import. It also looks at the time of a function's own file alone, so that a change
of what it calls goes unseen. Here every such trouble ends in compiling once more.
"""

from __future__ import annotations

import hashlib
import logging
import pickle
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import llvmlite
import numba
from numba import njit
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from moeviz.model.fused.cache import folders, read, write
from moeviz.model.fused.turn import Turn

Function = TypeVar("Function", bound=Callable[..., Any])

logger = logging.getLogger(__name__)


def kept(signature: str, **options: Any) -> Callable[[Function], Function]:
    """Return a decorator that compiles a function for one signature, or reads it from the disk.

    Parameters
    ----------
    signature : str
        As numba writes it.
    **options
        Further ones of ``njit``.
    """

    def decorate(function: Function) -> Function:
        made: Any = njit(error_model="numpy", nogil=True, **options)(function)
        made._cache = Kept(function.__qualname__)
        try:
            made.compile(signature)
        finally:
            made._cache.turn.end()
        made.disable_compile()
        result: Function = made
        return result

    return decorate


class Kept(NullCache):
    """One function's compiled code on the disk; numba asks it before it compiles, and after.

    Parameters
    ----------
    name : str
        The function's.

    Attributes
    ----------
    turn : Turn
        To compile the function.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.turn = Turn(name)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return what was compiled before, or None.

        If there is nothing, this waits for another process that is compiling the same.
        """
        target_context.refresh()
        name = self._file(sig, target_context.codegen())
        found = _rebuilt(name, target_context)
        if found is None and self.turn.take(folders()):
            found = _rebuilt(name, target_context)
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled."""
        if data.lifted or data.library.has_dynamic_globals:
            return  # it holds addresses of this process
        try:
            content = dumps(data._reduce())
        except Exception as error:
            logger.warning("Compiled code of %s cannot be kept (%s).", self._name, error)
        else:
            write(self._file(sig, data.codegen), content)

    def _file(self, sig: Any, codegen: Any) -> str:
        """Return the name of a file: what decides its content beside the sources."""
        of = (sig, codegen.magic_tuple(), numba.__version__, llvmlite.__version__, sys.version)
        return f"{self._name}-{hashlib.sha256(repr(of).encode()).hexdigest()[:16]}"


def _rebuilt(name: str, target_context: Any) -> Any:
    content = read(name)
    if content is None:
        return None
    try:
        return CompileResult._rebuild(target_context, *pickle.loads(content))
    except Exception:
        return None  # written by another numba that calls itself the same
