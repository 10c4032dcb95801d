"""The accounts of a year: what they add up to, what is wrong, and how they are read in."""
