"""Who and what a row is about, as expressions over each table: device, account, address, mailbox.

A device is `DeviceId` when not empty, else the lower-case `DeviceName`; tables of Windows events name it `Computer`.
Expressions are written against the documented schemas and said in the dialect by the caller's context. A text is never
null, so `== ''` says what `isempty()` says, and the embedded engine's SQL for it is a small part as long.
"""

from __future__ import annotations

from tui.kql.binding import Equality
from tui.kql.dialects import DialectError, known_columns
from tui.library.model import Leg, Subject
from tui.triage.queries.context import Bound, QueryContext, QueryError

NAMES: dict[Subject, tuple[str, str, str]] = {
    "device": ("devices", "DeviceKey", "DeviceName"),
    "account": ("accounts", "AccountKey", "Account"),
    "address": ("addresses", "AddressKey", "Address"),
    "mailbox": ("mailboxes", "MailboxKey", "Mailbox"),
}
"""Per subject: the view's name, the hidden key column and the shown one."""

_ACCOUNT_PAIRS = (
    ("AccountDomain", "AccountName"),
    ("RequestAccountDomain", "RequestAccountName"),
    ("InitiatingProcessAccountDomain", "InitiatingProcessAccountName"),
    ("SubjectDomainName", "SubjectUserName"),
    ("TargetDomainName", "TargetUserName"),
)
_ADDRESSES = ("RemoteIP", "RequestSourceIP", "IpAddress", "ClientIP")
_MAILBOXES = ("MailboxOwnerUPN", "UserId", "RecipientEmailAddress")


def subject_key(context: QueryContext, leg: Leg, subject: Subject) -> str:
    """The expression that tells one subject from another in `leg`'s rows; QueryError where the table names none."""
    return context.say(_key(context.table(leg), subject), leg)


def subject_expression(table: str, subject: Subject) -> str:
    """The same, written against the documented schemas, for a hunt to say."""
    return _key(table, subject)


def subject_label(context: QueryContext, leg: Leg, subject: Subject) -> str:
    """The expression for the subject's shown name."""
    table = context.table(leg)
    if subject != "device":
        return subject_key(context, leg, subject)
    return context.say("DeviceName" if "DeviceName" in known_columns(table) else "Computer", leg)


def account_columns(table: str) -> list[tuple[str, str]]:
    """The pairs of domain and name columns of `table` that hold an account, the acting one first."""
    columns = known_columns(table)
    return [pair for pair in _ACCOUNT_PAIRS if pair[0] in columns and pair[1] in columns]


def device_columns(table: str) -> list[str]:
    """The columns of `table` that name its device."""
    return [name for name in ("DeviceId", "DeviceName", "Computer") if name in known_columns(table)]


def names_subject(table: str, subject: Subject) -> bool:
    """Whether rows of `table` name a `subject`."""
    try:
        _key(table, subject)
    except QueryError:
        return False
    return True


def bound_condition(context: QueryContext, leg: Leg, bound: Bound) -> str:
    """The typed equality of `bound` over `leg`'s rows; LiteralError when the value does not fit the key's type."""
    key = bound.key
    expression = subject_key(context, leg, key.subject) if key.subject else context.say(key.expression, leg)
    return Equality(expression, key.type, bound.value).condition(context.dialect.portable)


def _key(table: str, subject: Subject) -> str:
    columns = known_columns(table)
    if not columns:
        raise DialectError(f"table {table} is not known")
    if subject == "device":
        name = "DeviceName" if "DeviceName" in columns else "Computer"
        if name in columns:
            return f"iff(DeviceId == '', tolower({name}), DeviceId)" if "DeviceId" in columns else f"tolower({name})"
    elif subject == "account":
        pairs = account_columns(table)
        if pairs:
            return _account(pairs)
    else:
        name = next((name for name in (_ADDRESSES if subject == "address" else _MAILBOXES) if name in columns), "")
        if name:
            return f"tolower({name})"
    raise QueryError(f"rows of {table} name no {subject}")


def _account(pairs: list[tuple[str, str]]) -> str:
    """`domain\\name` in lower case of the first pair that is filled."""
    whole = "tolower(iff({domain} == '', {name}, strcat({domain}, '\\\\', {name})))"
    expression = whole.format(domain=pairs[-1][0], name=pairs[-1][1])
    for domain, name in reversed(pairs[:-1]):
        expression = f"iff({name} != '', {whole.format(domain=domain, name=name)}, {expression})"
    return expression
