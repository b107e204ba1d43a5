"""The app, its loading and main screens, the frame scheduler."""
