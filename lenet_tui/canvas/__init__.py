"""A picture drawn by hand, what the model makes of it, and the next input made of it."""
