"""The commands and the moves that a person makes."""
