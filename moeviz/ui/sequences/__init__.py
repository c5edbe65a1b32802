"""The page of slow sequences."""
