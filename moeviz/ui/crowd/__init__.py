"""Many visitors in one process, without a browser: to measure what a server bears."""
