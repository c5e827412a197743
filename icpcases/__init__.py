"""ICP filing cases: what is open, what is closed, why, and whose move it is."""
