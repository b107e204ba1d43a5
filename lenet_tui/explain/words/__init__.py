"""What is said of ops, nodes, phases and updates."""
