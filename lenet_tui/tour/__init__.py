"""The chapter in a dozen stops, then six of learning, beside the app."""
