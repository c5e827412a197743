"""Finding a case: the tokens it is found by, their index, and the search."""
