"""``python -m moeviz``: the command line."""

import sys

from moeviz.cli.program import main

if __name__ == "__main__":
    sys.exit(main())
