"""A database of each release, with data, brought to the head: nothing is lost on the way.

`releases/` holds for each release its schema with an office's data as SQL, for SQLite and for
PostgreSQL, and the digests of its migrations. `script/dump_release` makes them.
"""
