"""Integrity checkers over live data; importing this registers every one of them."""

from . import cases, files, history, search

__all__ = ["cases", "files", "history", "search"]
