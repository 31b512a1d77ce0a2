from __future__ import annotations

import gc

from tui.workspaces.live.collector import full_collections_put_off


def test_full_collections_are_put_off_until_the_last_has_ended() -> None:
    before = gc.get_threshold()
    with full_collections_put_off():
        with full_collections_put_off():
            assert gc.get_threshold()[2] > 100_000
        assert gc.get_threshold()[:2] == before[:2]
        assert gc.get_threshold()[2] > 100_000
    assert gc.get_threshold() == before
