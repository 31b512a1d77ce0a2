"""Textual's workers, none of which fails unseen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.worker import Worker, WorkerState
from textual.worker_manager import WorkerManager


class WatchedWorkers(WorkerManager):
    """Calls `failed` with a worker's error when it does not end the app by itself (`exit_on_error=False`)."""

    def __init__(self, app: App[Any], failed: Callable[[BaseException], None]) -> None:
        super().__init__(app)
        self._failed = failed

    def _remove_worker(self, worker: Worker[Any]) -> None:
        super()._remove_worker(worker)
        if worker.state is WorkerState.ERROR and not worker.exit_on_error and worker.error is not None:
            self._failed(worker.error)
