"""Plain Python and numpy: what the engine and the screen agree on."""
