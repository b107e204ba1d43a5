"""The training view, with its charts and its facts."""
