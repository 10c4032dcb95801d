"""How a grant rests and ends: who may, what stands in the way, who is told."""
