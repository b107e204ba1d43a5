"""Two programs stepped together, and mistakes beside their cure, as questions."""
