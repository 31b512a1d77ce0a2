from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.desk import Desk as Desk
from tests.support.desk import small_desk


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Any]:
    def opened(width: int = 160, height: int = 45) -> Any:
        return small_desk(tmp_path, size=(width, height))

    return opened
