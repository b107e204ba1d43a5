"""The side that runs torch. Never imports textual."""
