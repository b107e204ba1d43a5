"""The host: hands out the terminal, hears every screen, stores the keyframes."""
