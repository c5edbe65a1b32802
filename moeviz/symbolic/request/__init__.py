"""From a request in plain data to a verdict in plain data."""
