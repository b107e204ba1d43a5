"""Session, navigator, run loop, seek, reverse-continue."""
