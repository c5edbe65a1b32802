"""What ``--set FIELD=VALUE`` says."""

from __future__ import annotations

from collections.abc import Sequence

from moeviz.errors import SpecificationError


def settings(said: Sequence[str]) -> dict[str, str]:
    """Return the texts of fields by their names; of a field that is said twice, the last.

    Parameters
    ----------
    said : sequence of str
        Such as ``atoms=3``.

    Raises
    ------
    SpecificationError
        If one has no equals sign.
    """
    texts: dict[str, str] = {}
    for setting in said:
        name, separator, value = setting.partition("=")
        if not separator:
            raise SpecificationError(f"Expected --set FIELD=VALUE, but got '{setting[:40]}'.")
        texts[name.strip()] = value
    return texts
