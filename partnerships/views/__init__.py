"""Pages about the parties and their people."""
