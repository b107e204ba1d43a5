"""``python -m lenet_tui``."""

from lenet_tui.cli.main import main

if __name__ == "__main__":
    main()
