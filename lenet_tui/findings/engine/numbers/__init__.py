"""Plain functions over a tape: where numbers go wrong, and by which arithmetic."""
