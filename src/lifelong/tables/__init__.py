"""The data wing: pure narwhals, a native frame in and the same kind of frame out. No engine is imported here."""
