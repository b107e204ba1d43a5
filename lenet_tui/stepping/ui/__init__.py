"""Command table, move queue, runs by themselves, moves files, the options dialog."""
