"""A player for finished studies: how points arrived, how atoms moved. The browser does it all."""

from __future__ import annotations

from moeviz.ui.shared.component import declared, only_a_run

_replay = declared(
    __file__, '<section class="moeviz-replay" aria-label="Replay of the study"></section>'
)


def replay(document: str, key: str) -> None:
    """Show the player of a study; later calls with the same `key` keep its place.

    Parameters
    ----------
    document : str
        What :func:`~moeviz.charts.replay.replay_document` returns, as JSON text.
    key : str
        Identity of the player on its page.
    """
    # A visitor who switches the theme makes no script run; the player sees it and asks for one.
    _replay(key=key, data={"document": document}, on_theme_change=only_a_run)
