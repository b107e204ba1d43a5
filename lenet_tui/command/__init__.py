"""The command line's subcommands. They talk to the engine by the client; no torch, no textual."""
