"""The people of the office: who is there, and what a supervisor does to their accounts."""
