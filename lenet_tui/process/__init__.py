"""Starts, watches and replaces the engine's process."""
