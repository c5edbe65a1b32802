"""What the first page's tiles show, as one file of the app."""

from __future__ import annotations

from moeviz.charts.tiles import tiles
from moeviz.lessons import LESSONS
from moeviz.ui.shared.datafile import DataFile

PICTURES = DataFile("tiles", lambda: tiles([lesson.title for lesson in LESSONS.values()]))
"""It takes seconds to make, so that no page asks for its address."""
