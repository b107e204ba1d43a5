"""Language machinery, number formatting, cleaning of foreign strings."""
