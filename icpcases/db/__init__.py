"""The engine room: hot statements, bulk writing, keyset pages, SQLite's settings."""
