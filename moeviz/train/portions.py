"""How much of its task a network is shown at once, where it learns nothing."""

TOKENS_AT_ONCE = 2048
"""Tokens that are answered at once where nothing is learned; fewer by a large network."""

PROBE_TOKENS = 512
"""Tokens whose routing is kept at every checkpoint; at least one input's."""

SCORED_NUMBERS = 8192
"""Scores of a layer that are kept, N times tokens; at least one input's."""
