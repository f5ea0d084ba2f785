"""The project's folder: an immutable landing, caches that can be made again, fits, one writer at a time."""
