"""How far a job is, told by the job's own stream: the script runs again only when it has ended."""

from __future__ import annotations

from moeviz.engine import Snapshot
from moeviz.ui.shared.component import declared, only_a_run
from moeviz.ui.shared.news import TELLERS
from moeviz.ui.shared.scripts import script_path

_follow = declared(
    __file__,
    ('<div class="moeviz-follow"><p></p><progress max="1" aria-label="Progress"></progress></div>'),
)


def follow(snapshot: Snapshot, *, key: str) -> None:
    """Show how far a job is until it ends; then the page's script runs once more.

    Parameters
    ----------
    snapshot : Snapshot
        The job as it stands; what it says is shown until the stream has brought something.
    key : str
        Identity of the element on its page.
    """
    teller = TELLERS[snapshot.kind.name]
    _follow(
        key=key,
        data={
            "job": snapshot.job_id,
            "script": script_path("live").removeprefix("/"),
            "sentence": teller.sentence(snapshot),
            "fraction": min(1.0, max(0.0, teller.fraction(snapshot))),
        },
        on_ended_change=only_a_run,
    )
