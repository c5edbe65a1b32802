"""Peers: other people's programs that fit the same models, to compare results and speed."""

from moeviz.peers.flexmix import (
    FlexmixFit,
    PeerMissingError,
    flexmix_categorical,
    flexmix_gaussian,
    why_missing,
)

__all__ = [
    "FlexmixFit",
    "PeerMissingError",
    "flexmix_categorical",
    "flexmix_gaussian",
    "why_missing",
]
