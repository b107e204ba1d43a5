"""A session in a person's own process: its screens come to it, and go again."""
