"""``python -m moeviz``: the command line."""

import sys

from moeviz.cli import main

if __name__ == "__main__":
    sys.exit(main())
