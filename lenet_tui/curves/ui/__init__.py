"""The training view and its charts."""
