"""The checker: decides interactions and identifiability, with certificates."""
