"""The Dask workers that compute blocks: a cluster of this machine or one at an address."""
