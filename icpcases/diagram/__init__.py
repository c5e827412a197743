"""The workflow drawn: layout, SVG, a case's way on it, and the document."""
