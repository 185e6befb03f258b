"""`python -m skillrepo`."""

import sys

from skillrepo.cli import main

sys.exit(main())
