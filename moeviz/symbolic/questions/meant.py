"""Which claims somebody means who writes an id, or the beginning of some."""

from __future__ import annotations

from collections.abc import Sequence

from moeviz.errors import UnknownNameError


def meant(ids: Sequence[str], prefix: str) -> list[str]:
    """Return an id, or all that begin with it and a dot.

    Parameters
    ----------
    ids : sequence of str
        Of the claims that there are.
    prefix : str

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    found = [name for name in ids if name == prefix or name.startswith(prefix + ".")]
    if not found:
        raise UnknownNameError(
            f"Expected the id of a claim such as {', '.join(ids[:3])}, but got "
            f"'{prefix}'; list all with 'python -m moeviz claims'."
        )
    return found
