"""The symbolic checker: a claim or a check of one's own, and its verdict."""
