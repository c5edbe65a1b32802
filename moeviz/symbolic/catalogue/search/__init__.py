"""The search for exceptions of a claim about all parameters: families of two atoms that fail it."""
