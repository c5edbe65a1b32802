"""The page on which sparse networks are trained."""
