"""What every script run tells the browser of the themes: read from the settings once.

Streamlit looks through all its options for each of six parts of a theme, with every run. They come
from a file and from the command line, and stay as they are until the server ends; of a run that
answers a visitor that was a twelfth.
"""

from __future__ import annotations

from collections.abc import Callable

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

_NAME = "_populate_theme_msg"


def read_themes_once() -> bool:
    """Have Streamlit read each part of the themes once; return whether it knows such a thing.

    A Streamlit that does it in another way is left as it is.
    """
    reads: Callable[[CustomThemeConfig, str], None] | None = getattr(app_session, _NAME, None)
    if reads is None:
        return False
    if not isinstance(reads, _Once):
        setattr(app_session, _NAME, _Once(reads))
    return True


class _Once:
    """Fills in a part of a theme as it was the first time."""

    def __init__(self, reads: Callable[[CustomThemeConfig, str], None]) -> None:
        self._reads = reads
        self._read: dict[str, CustomThemeConfig] = {}

    def __call__(self, message: CustomThemeConfig, section: str = "theme") -> None:
        if section not in self._read:
            part = CustomThemeConfig()
            self._reads(part, section)
            self._read[section] = part
        part = self._read[section]
        if part.ListFields():  # else the part is absent, as where nothing is set
            message.MergeFrom(part)
