"""Very many cases with true histories: a few are lived through the door, the rest follow them."""
