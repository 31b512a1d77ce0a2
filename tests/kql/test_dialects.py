from __future__ import annotations

from ipaddress import ip_network

import pytest

from tui.kql.dialects import DialectError, column_tokens, dialect_for, nearest
from tui.kql.lexer import KqlSyntaxError, check_balanced, names, tokenize
from tui.kql.schema import evidence_schema, shipped_schema

EVIDENCE, SENTINEL, DEFENDER = dialect_for("evidence"), dialect_for("log_analytics"), dialect_for("defender")
FILES, PROCESSES = "DeviceFileEvents", "DeviceProcessEvents"
NETWORKS = {"p_servers": [ip_network("10.0.0.0/8"), ip_network("192.0.2.7")], "p_none": []}
SIX = {"p_servers": [ip_network("10.0.0.0/8"), ip_network("fe80::1")]}


def test_columns_are_said_as_the_workspace_calls_them() -> None:
    text = "hourofday(Timestamp) < 6 and FileName =~ 'a' and IsInitiatingProcessRemoteSession == true"
    assert EVIDENCE.condition(text, FILES) == text.replace("'a'", '"a"')
    assert DEFENDER.condition(text, FILES) == text.replace("'a'", '"a"')
    assert SENTINEL.condition(text, FILES) == (
        'hourofday(TimeGenerated) < 6 and FileName =~ "a" and bool(null) == true'
    )
    assert SENTINEL.condition("InitiatingProcessRemoteSessionIP == ''", FILES) == '"" == ""'
    assert SENTINEL.condition("InitiatingProcessSessionId == 1", FILES) == "long(null) == 1"


def test_what_looks_like_a_column_and_is_none() -> None:
    text = "FileName == 'Timestamp' and parse_json(tostring(AdditionalFields)).Timestamp == p_Timestamp // Timestamp\nor true"
    assert SENTINEL.condition(text, FILES) == text.replace("'Timestamp'", '"Timestamp"')
    assert [token.text for token in column_tokens(tokenize("k_bin == 1 and FileName in (x)"), frozenset({"x"}))] == [
        "k_bin",
        "FileName",
    ]


def test_texts_are_written_in_the_form_of_the_workspace() -> None:
    text = "FileName == @'C:\\x\u202e' or FileName == ```a\nb```"
    assert EVIDENCE.condition(text, FILES) == 'FileName == "C:\\\\x\u202e" or FileName == "a\\nb"'
    assert DEFENDER.condition(text, FILES) == 'FileName == "C:\\\\x\\u202E" or FileName == "a\\nb"'


@pytest.mark.parametrize(
    ("text", "told", "position"),
    [
        ("FileName == 1 and FileNam == 2", "DeviceFileEvents has no column FileNam; did you mean FileName?", 18),
        ("Pid == 2", "DeviceFileEvents has no column Pid", 0),
        ("ipv4_is_in_any_range(RequestSourceIP, '10.0.0.0/8')", "takes a column and an ip_list parameter", 0),
    ],
)
def test_what_cannot_be_said_is_told_with_its_place(text: str, told: str, position: int) -> None:
    with pytest.raises(DialectError) as caught:
        EVIDENCE.condition(text, FILES)
    assert told in str(caught.value)
    assert caught.value.position == position


def test_address_ranges() -> None:
    text = "not(ipv4_is_in_any_range(tostring(RemoteIP), p_servers)) and ipv4_is_in_any_range(LocalIP, p_none)"
    table = "DeviceNetworkEvents"
    assert DEFENDER.condition(text, table, NETWORKS) == text
    assert EVIDENCE.condition(text, table, NETWORKS) == (
        "not(((parse_ipv4(tostring(RemoteIP)) between (long(167772160) .. long(184549375))) or "
        "(parse_ipv4(tostring(RemoteIP)) between (long(3221225991) .. long(3221225991))))) and false"
    )
    assert DEFENDER.condition("ipv4_is_in_any_range(RemoteIP, p_servers)", table, SIX) == (
        "(ipv4_is_in_any_range(RemoteIP, p_servers) or ipv6_is_in_any_range(RemoteIP, p_servers))"
    )
    assert EVIDENCE.condition("ipv4_is_in_any_range(RemoteIP, p_servers)", table, SIX).endswith(
        '(RemoteIP =~ "fe80::1"))'
    )
    with pytest.raises(
        DialectError, match="IPv6 block fe80::/10: the embedded engine compares IPv6 addresses one by one"
    ):
        EVIDENCE.condition("ipv4_is_in_any_range(RemoteIP, p_x)", table, {"p_x": [ip_network("fe80::/10")]})


def test_private_addresses() -> None:
    table = "DeviceNetworkEvents"
    assert DEFENDER.condition("ipv4_is_private( RemoteIP )", table) == "ipv4_is_private(RemoteIP)"
    said = EVIDENCE.condition("ipv4_is_private(RemoteIP)", table)
    assert [f"long({int(ip_network(block)[0])})" in said for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
    assert said.count("between") == 3


def test_a_pipeline_keeps_its_own_names() -> None:
    text = "leg_files | summarize Timestamp = max(Timestamp), N = countif(FileName == 'x') by leg_filesX = FileName"
    assert SENTINEL.pipeline(text, {}, {"leg_files": "view_files"}) == (
        'view_files | summarize Timestamp = max(Timestamp), N = countif(FileName == "x") by leg_filesX = FileName'
    )


def test_time_columns_and_tables() -> None:
    assert (EVIDENCE.time_column(FILES), SENTINEL.time_column(FILES)) == ("Timestamp", "TimeGenerated")
    assert EVIDENCE.has_table("SecurityEvent")
    assert not DEFENDER.has_table("SecurityEvent")
    with pytest.raises(
        DialectError, match="table DeviceFileEvent is not in this workspace; did you mean DeviceFileEvents"
    ):
        DEFENDER.columns("DeviceFileEvent")
    with pytest.raises(DialectError, match="sentinel is no kind of workspace"):
        dialect_for("sentinel")


def test_evidence_holds_both_schemas() -> None:
    merged = evidence_schema()
    for source in ("defender", "log_analytics"):
        for table, columns in shipped_schema(source).items():
            assert list(merged[table])[:2] == ["Timestamp", "TimeGenerated"]
            assert set(columns) <= set(merged[table])
    assert merged[FILES]["AdditionalFields"] == shipped_schema("defender")[FILES]["AdditionalFields"] == "string"
    assert shipped_schema("log_analytics")[FILES]["AdditionalFields"] == "dynamic"


def test_names_of_a_text() -> None:
    text = "let p_a = 1; T | where A == p_a and b.C == f(D) and ['E'] == \"F\" // G"
    assert names(text) == {"let", "p_a", "T", "where", "A", "and", "b", "D"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("(a", "'(' is not closed"),
        ("a)", "')' closes nothing"),
        ("(a]", "']' closes nothing"),
        ("a; b", "';' does not belong in an expression"),
        ("a | take 1", "'|' does not belong in an expression"),
    ],
)
def test_one_expression_is_asked_for(text: str, told: str) -> None:
    with pytest.raises(KqlSyntaxError) as caught:
        check_balanced(text)
    assert str(caught.value) == told
    check_balanced("a == '(|;' and f(b[0], {})")
    check_balanced("T | take 1", pipeline=True)


@pytest.mark.parametrize(
    ("word", "told"),
    [("filename", "; did you mean FileName?"), ("FILENAME", "; did you mean FileName?"), ("Zzz", "")],
)
def test_the_nearest_word(word: str, told: str) -> None:
    assert nearest(word, ["FileName", "FolderPath"]) == told
