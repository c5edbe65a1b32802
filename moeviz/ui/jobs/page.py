"""The page of jobs: a list that the browser asks for itself while it is looked at."""

from __future__ import annotations

from moeviz.ui.jobs.routes import FORGET, PATH
from moeviz.ui.shared.component import declared
from moeviz.ui.shared.lecturer import PATH as LECTURER

KEY = "jobs.list"
"""Identity of the list on its page."""

_jobs = declared(
    __file__.replace("page.py", "jobs.py"),
    '<section class="moeviz-jobs" aria-label="Your jobs"></section>',
)


def show_jobs() -> None:
    """Show the list, and the ways in and out."""
    _jobs(key=KEY, data={"list": PATH[1:], "forget": FORGET[1:], "lecturer": LECTURER[1:]})
