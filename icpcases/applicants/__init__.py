"""The applicants' pages: the check, the application, their cases, following one."""
