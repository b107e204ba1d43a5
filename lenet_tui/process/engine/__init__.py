"""The engine's side: server, pipe, watchdog, captured output."""
