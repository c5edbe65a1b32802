"""The page of information and reach."""
