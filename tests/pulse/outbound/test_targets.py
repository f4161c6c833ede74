from __future__ import annotations

import ipaddress
import socket

import pytest
from django.conf import settings as deployed

from pulse.outbound import client, targets

HOSTILE = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://0x7f.0.0.1/",
    "http://0x7f000001/",
    "http://localhost/",
    "http://localhost./",
    "http://0.0.0.0/",
    "http://0/",
    "http://10.0.0.1/",
    "http://10.255.255.255/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data",
    "http://169.254.1.1/",
    "http://100.64.0.1/",
    "http://100.127.255.254/",
    "http://192.0.0.1/",
    "http://192.0.2.1/",
    "http://198.18.0.1/",
    "http://198.51.100.7/",
    "http://203.0.113.9/",
    "http://192.88.99.1/",
    "http://224.0.0.1/",
    "http://239.255.255.250/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::]/",
    "http://[::1]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a00:1::1]/",
    "http://[2001::1]/",
    "http://[2001:20::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[fc00::1]/",
    "http://[fd12:3456::1]/",
    "http://[fe80::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[5f00::1]/",
    "http://[100::1]/",
    "http://①②⑦.⓪.⓪.①/",
]
MALFORMED = [
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "javascript:alert(1)",
    "//example.com/",
    "example.com",
    "http://",
    "http:///path",
    "https://user@example.com/",
    "https://user:pass@example.com/",
    "https://example.com:22/",
    "https://example.com:6553600/",
    "https://example.com:x/",
    "https://exam ple.com/",
    "https://example.com/a b",
    "https://example.com/\r\nX: y",
    "https://example.com\\@10.0.0.1/",
    "https://[fe80::1%25eth0]/",
    "https://[::1/",
    "https://" + "a" * 260 + ".com/",
    "https://example.com/" + "a" * 2048,
    "https://exa\x00mple.com/",
    "https://example.com/é",
]


@pytest.fixture
def nothing_allowed(settings):
    settings.PULSE_WEBHOOK_ALLOW_CIDRS = []


@pytest.fixture
def no_connections(monkeypatch):
    """Fails when something connects."""

    def connect(*arguments, **_):
        raise AssertionError(f"connected to {arguments}")

    monkeypatch.setattr(socket, "create_connection", connect)


@pytest.mark.parametrize("url", HOSTILE)
def test_no_connection_is_opened_to_an_address_inside(url, nothing_allowed, no_connections):
    with pytest.raises(client.CallFailed) as failure:
        client.call("POST", url, live=True, headers={})

    assert failure.value.kind in ("forbidden_target", "connection")


@pytest.mark.parametrize("url", MALFORMED)
def test_what_is_no_plain_web_address_is_refused_unresolved(url):
    with pytest.raises(targets.BadAddress):
        targets.check_form(url, https_only=False)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001::1"]
)
def test_public_addresses_may_be_called(address, nothing_allowed):
    assert targets.objection(ipaddress.ip_address(address), 443, live=True) == ""


def test_one_bad_address_spoils_the_answer(monkeypatch, nothing_allowed, no_connections):
    answer_with(monkeypatch, ["93.184.215.14", "10.0.0.1"])

    with pytest.raises(targets.ForbiddenAddress):
        targets.resolve("https://mixed.example/", live=True)


def test_the_address_that_was_checked_is_the_one_that_is_dialled(monkeypatch, nothing_allowed):
    """A name that turns to loopback after the check does not matter: it is not asked again."""
    answers = iter([["93.184.215.14"], ["127.0.0.1"], ["127.0.0.1"]])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: _answer(next(answers)))
    dialled = []

    def connect(address, *_):
        dialled.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)

    with pytest.raises(client.CallFailed):
        client.call("POST", "http://rebind.example/", live=True, headers={})

    assert dialled == [("93.184.215.14", 80)]


def test_only_a_test_environment_may_call_its_own_machine_unless_the_operator_says_so(
    settings, nothing_allowed
):
    settings.PULSE_WEBHOOK_TEST_CIDRS = ["127.0.0.0/8"]

    assert targets.resolve("https://127.0.0.1:8443/", live=False).ip == "127.0.0.1"
    with pytest.raises(targets.ForbiddenAddress):
        targets.resolve("https://127.0.0.1:8443/", live=True)


def test_an_allowed_network_opens_itself_and_nothing_else(settings):
    settings.PULSE_WEBHOOK_ALLOW_CIDRS = ["10.1.0.0/16"]

    assert targets.resolve("http://10.1.2.3:8080/x?y=1", live=True) == targets.Target(
        "http", "10.1.2.3", 8080, "/x?y=1", "10.1.2.3"
    )
    for url in ("http://10.2.0.1/", "http://127.0.0.1/"):
        with pytest.raises(targets.ForbiddenAddress):
            targets.resolve(url, live=True)


def test_our_own_port_is_refused_even_where_loopback_is_allowed():
    with pytest.raises(targets.ForbiddenAddress, match="this server itself"):
        targets.resolve(f"http://127.0.0.1:{deployed.PULSE_PORT}/v1/employees", live=False)
    assert targets.resolve("http://127.0.0.1:9999/", live=True).ip == "127.0.0.1"


def test_a_name_that_does_not_resolve_passes_the_check_at_save(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror("unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    targets.check("https://not-yet.example/", live=True)
    with pytest.raises(targets.Unresolvable):
        targets.resolve("https://not-yet.example/", live=True)


def answer_with(monkeypatch, addresses):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: _answer(addresses))


def _answer(addresses):
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
