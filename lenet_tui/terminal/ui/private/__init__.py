"""Every private name of Textual, for the versions that were checked."""
