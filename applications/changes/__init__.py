"""Change requests: who may, how the money would move, what is asked before one is handed in."""
