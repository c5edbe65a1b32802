"""What tests log is kept for those that read it."""

from __future__ import annotations

from collections.abc import Callable, Generator

import pytest

PLUGIN = "logging-plugin"
"""What pytest calls its own."""

Around = Callable[[pytest.Item], Generator[None, object, object]]


class WhereAsked:
    """Has pytest listen to loggers only around tests that ask for what was logged.

    It hands two listeners to each logger of every library, and takes them away again, in every
    phase of every test: most tests take less time than that. A warning of a test that does not ask
    is on its standard error, which pytest shows if it fails.

    Parameters
    ----------
    plugin : object
        Pytest's own, which listens around every test.
    """

    def __init__(self, plugin: object) -> None:
        self._plugin = plugin

    def _around(self, item: pytest.Item, phase: str) -> Generator[None, object, object]:
        if "caplog" not in getattr(item, "fixturenames", ()):
            return (yield)
        listen: Around = getattr(self._plugin, f"pytest_runtest_{phase}")
        return (yield from listen(item))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        return (yield from self._around(item, "setup"))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        return (yield from self._around(item, "call"))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        return (yield from self._around(item, "teardown"))


def listen_where_asked(config: pytest.Config) -> None:
    """Put :class:`WhereAsked` in the place of pytest's own plugin, where it has one."""
    if config.pluginmanager.has_plugin(PLUGIN):
        plugin = config.pluginmanager.unregister(name=PLUGIN)
        config.pluginmanager.register(WhereAsked(plugin))
