"""Signing in at the loopback service with the identity library."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    AuthenticationRequiredError,
    ClientSecretCredential,
    DeviceCodeCredential,
    ManagedIdentityCredential,
)

from tui.loopback.authority import Authority, make_authority
from tui.loopback.faults import Fault
from tui.loopback.token_service import BLOCKED, CLIENT, TENANT, USER, TokenService
from tui.loopback.tokens import MARKER, Ledger, RefusedTokenError

SCOPE = "https://api.loganalytics.io/.default"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def service(authority: Authority) -> Iterator[TokenService]:
    with TokenService(authority, Ledger()) as found:
        found.interval = 0
        yield found


def device_credential(service: TokenService, prompt: Any, **more: Any) -> DeviceCodeCredential:
    return DeviceCodeCredential(
        client_id=CLIENT,
        tenant_id=TENANT,
        prompt_callback=prompt,
        authority=service.url,
        disable_instance_discovery=True,
        disable_automatic_authentication=True,
        connection_verify=str(service.ca),
        **more,
    )


def claims_of(token: str) -> dict[str, Any]:
    """What a token says of itself."""
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def test_a_device_code_and_tokens_for_every_service(service: TokenService) -> None:
    told: list[tuple[str, str]] = []

    def prompt(address: str, code: str, _: object) -> None:
        told.append((address, code))
        assert service.pending == [code]
        assert service.approve(code)

    with device_credential(service, prompt) as credential:
        record = credential.authenticate(scopes=[SCOPE])
        assert (record.username, record.tenant_id) == (USER, TENANT)
        tokens = [
            credential.get_token(f"{audience}/.default").token
            for audience in (
                "https://api.loganalytics.io",
                "https://graph.microsoft.com",
                "https://kusto.kusto.windows.net",
            )
        ]
    assert told[0][0] == f"{service.url}/device"
    assert len(told) == 1
    assert service.ledger is not None
    assert service.ledger.check(tokens[1], "https://graph.microsoft.com/").user == USER
    assert all(MARKER in token for token in tokens)
    assert (claims_of(tokens[0])["upn"], claims_of(tokens[0])["tid"]) == (USER, TENANT)
    with pytest.raises(RefusedTokenError, match="audience"):
        service.ledger.check(tokens[0], "https://graph.microsoft.com")


def test_the_page_where_codes_are_entered(service: TokenService) -> None:
    def prompt(address: str, code: str, _: object) -> None:
        form = {"user_code": code.lower(), "user": "<b>@x.example"}
        page = requests.post(address, data=form, verify=str(service.ca), timeout=10)
        assert "&lt;b&gt;@x.example is signed in" in page.text

    with device_credential(service, prompt) as credential:
        assert credential.authenticate(scopes=[SCOPE]).username == "<b>@x.example"
    page = requests.get(f"{service.url}/device?user_code=ABC", verify=str(service.ca), timeout=10)
    assert "there is no code ABC" in page.text


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda service, code: service.decline(code), "authorization_declined"),
        (lambda service, code: service.refuse_next(BLOCKED) or service.approve(code), "AADSTS53003"),
    ],
)
def test_a_sign_in_that_fails(service: TokenService, act: Any, words: str) -> None:
    with device_credential(service, lambda _, code, __: act(service, code)) as credential:
        with pytest.raises(ClientAuthenticationError, match=words):
            credential.authenticate(scopes=[SCOPE])
        with pytest.raises(AuthenticationRequiredError):
            credential.get_token(SCOPE)


def test_a_code_that_nobody_enters(service: TokenService) -> None:
    service.code_seconds = 1
    with (
        device_credential(service, lambda *_: None) as credential,
        pytest.raises(ClientAuthenticationError, match=r"Timed out|AADSTS70020"),
    ):
        credential.authenticate(scopes=[SCOPE])
    assert service.pending == []


def test_a_user_who_signs_in_by_himself(service: TokenService) -> None:
    service.approve_as = "ben@loopback.example"
    with device_credential(service, lambda *_: None) as credential:
        assert credential.authenticate(scopes=[SCOPE]).username == "ben@loopback.example"


def test_refreshing_until_it_is_revoked(service: TokenService) -> None:
    service.approve_as, service.token_seconds = USER, 1
    with device_credential(service, lambda *_: None) as credential:
        credential.authenticate(scopes=[SCOPE])
        first, second = credential.get_token(SCOPE).token, credential.get_token(SCOPE).token
        assert first != second
        service.revoke()
        with pytest.raises((AuthenticationRequiredError, ClientAuthenticationError)):
            credential.get_token(SCOPE)


def test_client_secrets(service: TokenService) -> None:
    service.client_secrets = {CLIENT: "right"}
    settings: Any = {
        "authority": service.url,
        "disable_instance_discovery": True,
        "connection_verify": str(service.ca),
    }
    with ClientSecretCredential(TENANT, CLIENT, "right", **settings) as credential:
        assert claims_of(credential.get_token(SCOPE).token)["appid"] == CLIENT
    with (
        ClientSecretCredential(TENANT, CLIENT, "wrong", **settings) as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS7000215"),
    ):
        credential.get_token(SCOPE)
    with (
        ClientSecretCredential("elsewhere.example", CLIENT, "right", **settings) as credential,
        pytest.raises(ClientAuthenticationError, match="authority"),
    ):
        credential.get_token(SCOPE)


def test_a_managed_identity(service: TokenService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{service.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "x")
    monkeypatch.delenv("IDENTITY_SERVER_THUMBPRINT", raising=False)
    with ManagedIdentityCredential(connection_verify=str(service.ca)) as credential:
        token = credential.get_token(SCOPE).token
    assert service.ledger is not None
    assert service.ledger.check(token, SCOPE)


def test_a_service_that_is_down(service: TokenService) -> None:
    service.approve_as = USER
    service.fail_next(Fault.SERVER_ERROR, on="/devicecode")
    with (
        device_credential(service, lambda *_: None, retry_total=0) as credential,
        pytest.raises(ClientAuthenticationError),
    ):
        credential.authenticate(scopes=[SCOPE])
    with device_credential(service, lambda *_: None) as credential:  # the library replays failures to the same one
        assert credential.authenticate(scopes=[SCOPE]).username == USER


def test_the_authority_s_files_are_for_their_user_only(tmp_path: Path) -> None:
    made = make_authority(tmp_path)
    assert {path.stat().st_mode & 0o777 for path in (made.ca, made.server)} == {0o600}
    assert b"PRIVATE" not in made.ca.read_bytes()
