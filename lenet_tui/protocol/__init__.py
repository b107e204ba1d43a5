"""What the processes and rooms agree on: requests, moves, positions, options, frames."""
