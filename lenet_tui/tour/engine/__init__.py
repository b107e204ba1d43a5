"""What the code of a stop prints."""
