"""Signing in: codes by mail for applicants, password and second factor for staff."""
