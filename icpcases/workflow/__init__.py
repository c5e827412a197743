"""The engine: what is open and why not, and the one door through which a case changes."""
