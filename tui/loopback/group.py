"""All loopback services over one evidence file, with one authority and one ledger of tokens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from tui.loopback.authority import make_authority
from tui.loopback.data_explorer import DataExplorer
from tui.loopback.defender import Defender
from tui.loopback.log_analytics import LogAnalytics
from tui.loopback.server import LoopbackServer
from tui.loopback.token_service import TokenService
from tui.loopback.tokens import Ledger


class Loopback:
    """`log_analytics`, `defender` and `data_explorer` over the evidence `file`, and `tokens` to sign in at; used as `with`.

    `folder` takes the authority's files. With `sign_in`, tokens of `ledger` are asked for; without, any or none will do.
    `port` is the first of consecutive ports, or 0 for free ones; `control` lets failures be asked for over HTTP; `streamed`
    gives Log Analytics' tables of devices a `Timestamp`, as those have that Defender streams.
    """

    def __init__(
        self,
        file: Path,
        folder: Path,
        *,
        sign_in: bool = False,
        clock: Callable[[], datetime] | None = None,
        port: int = 0,
        control: bool = False,
        streamed: bool = False,
    ) -> None:
        self.authority = make_authority(folder)
        self.ledger = Ledger()
        ledger = self.ledger if sign_in else None
        ports = range(port, port + 4) if port else (0,) * 4
        self.tokens = TokenService(self.authority, self.ledger, port=ports[3], control=control)
        self.log_analytics = LogAnalytics(
            self.authority, file, clock=clock, ledger=ledger, port=ports[0], control=control, timestamps=streamed
        )
        self.defender = Defender(self.authority, file, clock=clock, ledger=ledger, port=ports[1], control=control)
        self.data_explorer = DataExplorer(
            self.authority, file, clock=clock, ledger=ledger, port=ports[2], control=control
        )

    @property
    def servers(self) -> tuple[LoopbackServer, ...]:
        """All of them."""
        return (self.log_analytics, self.defender, self.data_explorer, self.tokens)

    @property
    def ca(self) -> Path:
        """The file with the authority that clients must trust."""
        return self.authority.ca

    def start(self) -> Self:
        """Starts all of them; OSError, and none is started, when a port is taken."""
        try:
            for server in self.servers:
                server.start()
        except OSError:
            for server in self.servers:
                server.stop()
            raise
        return self

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops all of them and lets go of the file."""
        for server in self.servers:
            server.close()
