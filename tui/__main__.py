"""`python -m tui` is `huntdeck`."""

import sys

from tui.cli import main

sys.exit(main())
