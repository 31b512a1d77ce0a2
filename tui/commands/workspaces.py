"""`huntdeck workspaces`, `login` and `logout`: the workspaces there are, live ones added, tested and removed."""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import suppress
from inspect import cleandoc
from typing import TYPE_CHECKING

from tui.commands.answers import EXIT_CODES, say, show_code
from tui.commands.options import UsageError
from tui.commands.registration import REGISTRATION
from tui.terminal.safe_text import safe
from tui.workspaces.live.clouds import CLOUDS
from tui.workspaces.live.configuration import LIVE_KINDS, WAYS, configuration_file, settings_from
from tui.workspaces.protocol import WorkspaceError
from tui.workspaces.registry import list_workspaces, open_workspace

if TYPE_CHECKING:
    from tui.workspaces.live.configuration import LiveSettings
    from tui.workspaces.live.workspace import LiveWorkspace

_KEYS = {
    "kind": ", ".join(LIVE_KINDS),
    "cloud": f"{', '.join(CLOUDS)} (default: public)",
    "workspace_id": "Log Analytics: the workspace's id",
    "resource_id": "Log Analytics: the workspace's Azure resource, for links to the portal and the plans of tables",
    "basic_tables": "Log Analytics: tables of the Basic or Auxiliary plan, with commas between them",
    "cluster": "Azure Data Explorer: NAME.REGION or the address of the cluster",
    "database": "Azure Data Explorer: the database",
    "tenant": "the tenant to sign in to: its id or a domain",
    "client_id": "the application to sign in with",
    "sign_in": f"{', '.join(WAYS)} (default: the first of the first four that works)",
    "remember_sign_in": (
        "with device_code: keep the sign-in beyond the program: keyring (encrypted; refused where there is none) or "
        "plain_file (unencrypted: who reads the file, or a backup of it, can sign in as you); default: not at all"
    ),
    "url": "another address of the service",
    "authority": "another place to sign in",
    "ca": "a file with further authorities to trust",
}
"""The keys of a live workspace and what they are, in the order in which they are asked for and written."""

_ASKED = {
    "log_analytics": ("workspace_id", "tenant", "sign_in"),
    "defender": ("tenant", "client_id", "sign_in"),
    "data_explorer": ("cluster", "database", "tenant", "sign_in"),
}
"""What is asked for besides the kind, where somebody can answer."""

_KEPT = {
    "azure_cli": "The Azure CLI keeps its own sign-in in ~/.azure; `az logout` ends that.",
    "environment": "What AZURE_CLIENT_SECRET and the like hold stays in your environment until you unset it.",
    "workload_identity": "The file that AZURE_FEDERATED_TOKEN_FILE names is not huntdeck's, and stays.",
    "managed_identity": "A managed identity belongs to this machine: any program here can sign in with it.",
    "device_code": "With a device code nothing else is kept: the next sign-in asks for another one.",
}
"""What each way of signing in keeps outside of the program."""

_REMEMBERED = {
    "keyring": "The sign-in to {name} is remembered in this machine's keyring; huntdeck logout {name} empties it.",
    "plain_file": (
        "The sign-in to {name} is remembered UNENCRYPTED in {path} (mode 0600): whoever reads that file, or a backup of it, "
        "can sign in as you until the sign-in is revoked. huntdeck logout {name} deletes it."
    ),
}
_IN_MEMORY = (
    "huntdeck keeps tokens in memory only: a sign-in ends with the program that made it, and none is on the disk."
)


def add_workspaces(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`workspaces [list|add|test|remove]`."""
    parser = commands.add_parser("workspaces", help="list the workspaces, add, test or remove live ones")
    parser.set_defaults(action=workspaces)
    inner = parser.add_subparsers(metavar="")
    inner.add_parser("list", help="list the workspaces").set_defaults(action=workspaces)
    adding = inner.add_parser(
        "add",
        help="add a live workspace to the configuration",
        description=cleandoc(add.__doc__ or ""),
        epilog=REGISTRATION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    adding.add_argument("name", metavar="NAME", help="the name it gets")
    for key, words in _KEYS.items():
        adding.add_argument(f"--{key.replace('_', '-')}", default=None, metavar="VALUE", help=words)
    adding.set_defaults(action=add)
    testing = inner.add_parser("test", help="test sign-in, reach, permission, schema and a query")
    testing.add_argument("name", metavar="NAME")
    testing.set_defaults(action=test)
    removing = inner.add_parser("remove", help="take a live workspace out of the configuration")
    removing.add_argument("name", metavar="NAME")
    removing.set_defaults(action=remove)


def add_login(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`login NAME`."""
    parser = commands.add_parser(
        "login",
        help="sign in to a live workspace, to see that it works and as whom",
        description=cleandoc(login.__doc__ or ""),
        epilog=REGISTRATION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", metavar="NAME")
    parser.set_defaults(action=login)


def add_logout(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`logout NAME`."""
    parser = commands.add_parser("logout", help="forget a remembered sign-in, say what else is kept where")
    parser.add_argument("name", metavar="NAME")
    parser.set_defaults(action=logout)


def workspaces(arguments: argparse.Namespace) -> int:
    """Lists the workspaces: name, kind, size and file, or the address of a live one."""
    del arguments
    entries = list_workspaces()
    if not any(entry.name == "demo" for entry in entries):
        print("demo              evidence      made by the program when first opened")
    for entry in entries:
        where = f"{entry.size / 2**20:,.1f} MB  {entry.path}" if entry.path else entry.address
        print(safe(f"{entry.name:<17} {entry.kind:<13} {where}"))
    return 0


def add(arguments: argparse.Namespace) -> int:
    """Adds a live workspace to workspaces.toml, with what the options say; in a terminal the rest is asked for. What stands
    in the file stays as it is. Nothing is sent: `huntdeck workspaces test NAME` does that."""
    from tui.workspaces.live.changing import NotChangedError, add_table

    if any(entry.name == arguments.name for entry in list_workspaces()):
        raise UsageError(f"there is a workspace {arguments.name!r} already")
    given = {key: getattr(arguments, key) for key in _KEYS if getattr(arguments, key) is not None}
    if sys.stdin.isatty():
        _ask_for_rest(given)
    table = {key: given[key].strip() for key in _KEYS if given.get(key, "").strip()}
    settings = settings_from(arguments.name, table, "the new workspace")
    _check_remembering(settings)
    path = configuration_file()
    try:
        add_table(path, arguments.name, table)
    except NotChangedError as error:
        raise UsageError(str(error)) from None
    say(f"{arguments.name} is in {path}; huntdeck workspaces test {arguments.name} tries it")
    if settings.remember_sign_in:
        say(_kept_words(settings))
    return 0


def _check_remembering(settings: LiveSettings) -> None:
    """UsageError where a sign-in is to be remembered in a keyring that this machine has not."""
    from tui.workspaces.live.remembered import NO_KEYRING, keyring_works

    if settings.remember_sign_in == "keyring" and not keyring_works():
        raise UsageError(f"nothing was added: {NO_KEYRING}")


def _kept_words(settings: LiveSettings) -> str:
    """What of a sign-in outlasts the program, and what that means."""
    from tui.workspaces.live.credentials import authority_of, remembered_of

    remembered = remembered_of(settings, authority_of(settings))
    if remembered is None:
        return _IN_MEMORY
    return _REMEMBERED[remembered.place].format(name=settings.name, path=remembered.path)


def _ask_for_rest(given: dict[str, str]) -> None:
    """Asks on the terminal for what is not given."""
    try:
        if "kind" not in given:
            given["kind"] = input(f"kind ({_KEYS['kind']}): ").strip()
        for key in _ASKED.get(given["kind"], ()):
            if key not in given:
                given[key] = input(f"{key} ({_KEYS[key]}): ")
    except EOFError:
        raise UsageError("nothing was added: there was no answer") from None


def test(arguments: argparse.Namespace) -> int:
    """Tests a workspace step by step, and says what to do about what fails."""
    from tui.commands.doctor import finding_text
    from tui.commands.finding import Grade
    from tui.commands.workspace_check import findings_of

    found = findings_of(arguments.name)
    for finding in found:
        print(finding_text(finding))
    return 1 if any(finding.grade is Grade.FAULT for finding in found) else 0


def remove(arguments: argparse.Namespace) -> int:
    """Takes a live workspace's table out of workspaces.toml; all else in there stays as it is."""
    from tui.workspaces.live.changing import NotChangedError, remove_table
    from tui.workspaces.live.kept import drop_kept

    entries = {entry.name: entry for entry in list_workspaces() if entry.path is None or entry.name == arguments.name}
    entry = entries.get(arguments.name)
    if entry is not None and entry.path is not None:
        raise UsageError(f"{arguments.name} is evidence, in {entry.path}; removing that file is up to you")
    if entry is None:
        from tui.kql.dialects import nearest

        raise UsageError(f"there is no live workspace {arguments.name!r}{nearest(arguments.name, entries)}")
    path = configuration_file()
    try:
        remove_table(path, arguments.name)
    except NotChangedError as error:
        raise UsageError(str(error)) from None
    with suppress(OSError):
        drop_kept(arguments.name)
    say(f"{arguments.name} is not in {path} any more; sessions made in it are kept")
    return 0


def _live(name: str) -> LiveWorkspace:
    """The live workspace `name`; UsageError for one that nobody signs in to."""
    workspace = open_workspace(name, show_code)
    if workspace.banner == "LIVE":
        from tui.workspaces.live.workspace import LiveWorkspace

        if isinstance(workspace, LiveWorkspace) and workspace.settings.sign_in != "none":
            return workspace
    raise UsageError(f"nobody has to sign in to {name}, which is of kind {workspace.kind}")


def login(arguments: argparse.Namespace) -> int:
    """Signs in to a live workspace, anew if that was done before, and says as whom, to which tenant and how. Tokens are kept in
    memory only, so the sign-in ends with the command, unless the workspace's configuration has it remembered."""
    workspace = _live(arguments.name)
    try:
        identity = asyncio.run(workspace.sign_in())
    except WorkspaceError as error:
        say(f"huntdeck: {error.outcome.state}: {error}")
        return EXIT_CODES[error.outcome.state]
    name = identity.name or "somebody whose name is not told"
    print(safe(f"signed in to {arguments.name} as {name}, tenant {identity.tenant or 'not told'}, by {workspace.way}"))
    say(_kept_words(workspace.settings))
    return 0


def logout(arguments: argparse.Namespace) -> int:
    """Forgets a sign-in to a live workspace that is remembered, and says what else is kept of it, where, and how it is ended."""
    from tui.workspaces.live.errors import SignInError

    workspace = _live(arguments.name)
    if workspace.settings.remember_sign_in:
        try:
            there = workspace.sign_out()
        except (SignInError, OSError) as error:
            say(f"huntdeck: what is remembered could not be forgotten: {error}")
            return 1
        print(f"{'Forgotten' if there else 'Nothing was remembered'}: the next query asks for a new sign-in.")
    else:
        print(_IN_MEMORY)
    print("In a huntdeck that runs, the command `sign out of this workspace` (:) lets go of them at once.")
    ways = (workspace.settings.sign_in,) if workspace.settings.sign_in else tuple(_KEPT)[:4]
    for way in ways:
        print(_KEPT[way])
    return 0
