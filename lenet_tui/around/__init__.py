"""A person's own script, run as it is and stopped after an update."""
