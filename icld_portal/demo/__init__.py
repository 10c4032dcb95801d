"""The demo world: invented people, real partnerships, and what shows them."""
