"""Pages of the case, by subject."""
