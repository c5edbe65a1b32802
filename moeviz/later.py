"""Modules that are loaded when somebody first asks for something in them.

PyTorch takes a second to import, and the registries of models are made of functions that call it; a
command that lists names and fields calls none of them, and neither does the app's first page. So
command line and server put off what is slow: ``import torch`` then costs nothing, and ``torch.exp``
loads PyTorch. The modules that a list needs keep to one rule: what is put off they name inside of
functions and in annotations alone.

The library's own lazy loader does not do: its modules load with the second ``import`` of them.
"""

from __future__ import annotations

import sys
import threading
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

_LOADING = threading.RLock()
"""Whoever asks while another thread loads waits for the whole module."""

_BEGUN: set[str] = set()


class _Later(ModuleType):
    """A module that is not loaded yet; once it is, the same object is an ordinary module."""

    def __getattr__(self, name: str) -> Any:
        with _LOADING:
            if type(self) is _Later:
                self._load(name)
            return getattr(self, name)

    def _load(self, asked: str) -> None:
        """Run the module's own code, which may look for what it has not made yet."""
        own = self.__name__
        if own in _BEGUN:
            raise AttributeError(f"module '{own}' has no attribute '{asked}'", name=asked, obj=self)
        spec: Any = self.__spec__
        _BEGUN.add(own)
        try:
            if spec.submodule_search_locations is not None:
                self.__path__ = spec.submodule_search_locations
            spec.loader.exec_module(self)
            self.__class__ = ModuleType  # type: ignore[assignment]
        except BaseException:
            self.__dict__.pop("__path__", None)
            raise
        finally:
            _BEGUN.discard(own)


def later(*names: str) -> None:
    """Put off modules; those that are loaded, or not installed, are left as they are.

    Parameters
    ----------
    *names : str
        Of modules that are in no package.
    """
    for name in names:
        spec = None if name in sys.modules else find_spec(name)
        if spec is not None:
            module = module_from_spec(spec)
            # Its parts are looked for in a path; asking for that loads the module before its part.
            vars(module).pop("__path__", None)
            module.__class__ = _Later
            sys.modules[name] = module


def load(name: str) -> ModuleType:
    """Import a module and load it now, also where it was put off.

    Parameters
    ----------
    name : str
    """
    module = import_module(name)
    getattr(module, "__path__", None)  # Asking for anything loads it.
    return module


def loaded(name: str) -> bool:
    """Return whether a module is loaded, and not merely put off.

    Parameters
    ----------
    name : str
    """
    return name in sys.modules and type(sys.modules[name]) is not _Later
