"""The chapter in a dozen stops, beside the app."""
