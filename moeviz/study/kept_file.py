"""Files of what is kept: plain data of a run with its date and its device."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from moeviz.study.reader import ObjectReader
from moeviz.text import json_text, shortened


def read_kept(folder: Path, name: str) -> tuple[str, str, Any]:
    """Return date, device and plain data of what is kept under a name.

    Parameters
    ----------
    folder : Path
    name : str

    Raises
    ------
    SpecificationError
        If the file is not one that :func:`write_kept` wrote.
    """
    data = json.loads((folder / f"{name}.json").read_text("utf-8"))
    read = ObjectReader(data, name)
    return read.text("date"), read.text("device"), data.get("result")


def write_kept(folder: Path, name: str, plain: Any, date: str, device: str, digits: int) -> Path:
    """Keep plain data under a name, and return the file; the folder is made where it is missing.

    Parameters
    ----------
    folder : Path
    name : str
    plain : JSON-able
    date, device : str
        When and where it was computed.
    digits : int
        Of every number.
    """
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.json"
    content = {"date": date, "device": device, "result": shortened(plain, digits)}
    path.write_text(json_text(content, compact=True) + "\n", "utf-8")
    return path
