"""The language machinery, the formatting of numbers, and the cleaning of foreign strings."""
