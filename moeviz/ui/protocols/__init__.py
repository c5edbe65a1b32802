"""The page of protocol maps: published figures over their start laws and batches."""
