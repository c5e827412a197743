"""The office in Django's admin: the day, the list, a case's pages, the board, the tables."""
