def _(text: str) -> str:
    """Mark a string for translation; the surface translates."""
    return text
