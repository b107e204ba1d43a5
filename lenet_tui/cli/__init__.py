"""The command line: options, subcommands, printers, a blocking engine client."""
