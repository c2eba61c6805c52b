"""Recordings examined on a cluster of Dask; the extra `cluster`. They are judged in order, in one process."""
