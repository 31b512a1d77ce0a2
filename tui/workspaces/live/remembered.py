"""Sign-ins that are to outlast the program: kept only where the configuration asks for it, in the keyring or in a file.

What is kept is the refresh token: who has it can sign in as its owner until it is revoked.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from tui.settings.paths import make_private, state_folder
from tui.workspaces.live.errors import SignInError

REMEMBERED = ("keyring", "plain_file")
"""Where a sign-in can be remembered."""

NO_KEYRING = (
    "this machine has no keyring that works (libsecret with an unlocked secret service; servers mostly have none), so a "
    'sign-in cannot be remembered encrypted. Leave remember_sign_in out, or set it to "plain_file", which keeps the refresh '
    "token unencrypted in a file: whoever reads that file, or a backup of it, can sign in as you"
)


def remembered_folder() -> Path:
    """Where files of remembered sign-ins lie."""
    return state_folder() / "sign-ins"


class Remembered:
    """The sign-in of `client` to `tenant` at `authority`, remembered in `place`, one of `REMEMBERED`."""

    def __init__(self, place: str, authority: str, tenant: str, client: str) -> None:
        digest = hashlib.sha256("\n".join((authority, tenant, client)).encode()).hexdigest()[:16]
        self.place = place
        self.path = remembered_folder() / f"{digest}.{place}"

    def cache(self) -> Any:
        """The library's cache of tokens, which reads and writes what is remembered; SignInError where it cannot be had."""
        import msal_extensions

        persistence = self._persistence()
        try:
            json.loads(persistence.load())
        except msal_extensions.persistence.PersistenceNotFound:
            pass  # nothing is remembered yet
        except ValueError:  # it is damaged: another sign-in takes its place
            persistence.save("{}")
        return msal_extensions.PersistedTokenCache(persistence, lock_location=f"{self.path}.lock")

    def drop(self) -> bool:
        """Forgets it; whether there was anything. SignInError, OSError where that cannot be done."""
        there = self.path.exists()
        if there and self.place == "keyring":
            self._persistence().save("{}")  # which takes the place of what the keyring holds
        for path in (self.path, Path(f"{self.path}.lock")):
            path.unlink(missing_ok=True)
        return there

    def _persistence(self) -> Any:
        import msal_extensions

        make_private(self.path.parent)
        if self.place == "plain_file":
            return msal_extensions.FilePersistence(str(self.path))
        try:
            return msal_extensions.build_encrypted_persistence(str(self.path))
        except Exception as error:  # whatever the keyring's own libraries raise
            raise SignInError(NO_KEYRING) from error


def keyring_works() -> bool:
    """Whether something can be kept in the machine's keyring: it is tried."""
    try:
        Remembered("keyring", "", "", "").cache()
    except SignInError:
        return False
    return True
