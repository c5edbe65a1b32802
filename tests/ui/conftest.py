"""A still engine behind the pages, and the blocks of one small study."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from streamlit.components.v2 import manifest_scanner

from moeviz.engine import Store
from moeviz.kernels import tensors_only
from moeviz.study import run_block, split
from moeviz.ui.shared import session
from moeviz.ui.shared.followed import FOLLOWED
from moeviz.ui.shared.interest import INTEREST
from tests.ui.still import SPEC, StillEngine


@pytest.fixture(scope="module", autouse=True)
def as_the_server() -> Iterator[None]:
    """Compute as the server's process does, which nobody keeps waiting to compile."""
    with tensors_only():
        yield


@pytest.fixture(scope="session", autouse=True)
def components() -> Iterator[None]:
    """Look for components in all installed packages once: each visit would read every one again."""
    look = manifest_scanner.scan_component_manifests
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(look))
        yield


@pytest.fixture(scope="session")
def results() -> dict[str, Any]:
    return {block.id: run_block(SPEC, block) for block in split(SPEC)}


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[StillEngine]:
    engine = StillEngine()
    engine.store = Store(tmp_path / "still")  # Made by who writes.
    monkeypatch.setattr(session, "Engine", lambda **_: engine)
    session.engine.clear()
    INTEREST._pages.clear()
    INTEREST._read.clear()
    FOLLOWED._pages.clear()
    yield engine
    engine.store.close()
    session.engine.clear()
