"""Takes the script's objects, shows or prints their step, and finds them by their names."""
