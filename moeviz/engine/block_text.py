"""What a block returned, as the text that is kept of it."""

from __future__ import annotations

import json
from typing import Any

from moeviz.engine.errors import EngineError
from moeviz.text import json_text


def block_text(block_id: str, result: Any) -> tuple[str, dict[str, Any]]:
    """Return the text of a block's result, and the result as a later reader will see it.

    Parameters
    ----------
    block_id : str
    result : Any

    Raises
    ------
    EngineError
        If the result is not a JSON-able mapping.
    """
    try:
        text = json_text(result, compact=True)
    except (TypeError, ValueError) as error:
        raise EngineError(
            f"Expected block {block_id} to return a JSON-able mapping, but writing it failed "
            f"({error}); mend the study's run_block."
        ) from error
    content = json.loads(text)
    if not isinstance(content, dict):
        raise EngineError(
            f"Expected block {block_id} to return a mapping, but it returned "
            f"{type(result).__name__}; mend the study's run_block."
        )
    return text, content
