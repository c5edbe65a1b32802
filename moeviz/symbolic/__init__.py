"""The symbolic checker: decides interactions and identifiability claims, with certificates."""
