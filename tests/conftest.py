from __future__ import annotations

import os

from hypothesis import settings

from tests.support.demo import demo as demo

settings.register_profile("here", deadline=None)
settings.register_profile("judged", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("judged" if os.environ.get("CI") else "here")
