"""Integrity checkers over live data; importing this registers every one of them."""

from . import cases, files, history, messages, register, search, tables

__all__ = ["cases", "files", "history", "messages", "register", "search", "tables"]
