"""Marks for messages that are translated where they are shown, not where they are written."""


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for it, which the extractor looks for
    """The message itself, marked for the catalogues."""
    return text
