"""Changes of a case that are no step: facts, documents, requests, assignment, notes.

Each goes through the same lock as a step, raises the version, and leaves one history row.
"""
