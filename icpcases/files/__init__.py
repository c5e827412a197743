"""Uploaded files: validation, virus scan, the process that opens them."""
