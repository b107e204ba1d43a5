"""The doors from one's own script: a step of it, or what stands around a line."""
