"""What a room refuses, each as one sentence."""

from __future__ import annotations

from moeviz.errors import MoevizError


class RoomError(MoevizError):
    """A room cannot do what was asked of it now."""


class UnknownRoomError(RoomError):
    """There is no room of that code, or somebody has no business in it; nobody is told which."""


class NotAllowedError(RoomError):
    """Only the lecturer may do that."""


class TooOftenError(RoomError):
    """Somebody asks more often than a class does."""


def nowhere() -> UnknownRoomError:
    """Return what is said to who names no room that is open."""
    return UnknownRoomError("No room is open with this code. Look at the screen again.")
