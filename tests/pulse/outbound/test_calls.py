from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509

from pulse.outbound import client
from tests.support.receiver import Reply


def hear(connection):
    """One whole request of ``post``, or what came before the other side hung up."""
    heard = b""
    while not heard.endswith(b"{}") and (more := connection.recv(65_536)):
        heard += more
    return heard


@contextlib.contextmanager
def raw_server(speak):
    """A listening socket whose connections are handed to ``speak``; its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def serve():
        while not stopped.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                hear(connection)
                speak(connection, stopped)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        stopped.set()
        listener.close()


def post(url, **options):
    return client.call("POST", url, live=True, headers={"X-One": "1"}, body=b"{}", **options)


def test_the_answer_comes_back_with_its_headers_and_peer(receiver):
    receiver.answer(201, b"made", headers={"X-Two": "2"})

    answer = post(receiver.url)

    assert (answer.status, answer.body, answer.peer_ip) == (201, b"made", "127.0.0.1")
    assert answer.headers["x-two"] == "2"
    (request,) = receiver.requests
    assert request.headers["host"] == receiver.url.split("/")[2]
    assert (request.headers["x-one"], request.body) == ("1", b"{}")


def test_a_server_that_drips_is_left_at_the_deadline():
    def drip(connection, stopped):
        for byte in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000:
            connection.send(bytes([byte]))
            if stopped.wait(0.05):
                return

    started = time.monotonic()
    with raw_server(drip) as url, pytest.raises(client.CallFailed) as failure:
        post(url, total_seconds=0.5)

    assert failure.value.kind == "timeout"
    assert time.monotonic() - started < 1.5


def test_who_answered_and_then_stalls_has_answered():
    def stall(connection, stopped):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        stopped.wait(5)

    with raw_server(stall) as url:
        answer = post(url, total_seconds=0.5)

    assert (answer.status, answer.complete) == (200, False)


def test_a_huge_answer_is_cut(receiver):
    receiver.default = Reply(200, b"x" * 1_000_000)

    answer = post(receiver.url, max_answer_bytes=1000)

    assert (len(answer.body), answer.complete) == (1000, False)


@pytest.mark.parametrize(
    "spoken", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n"]
)
def test_what_is_no_http_answer_is_a_failed_connection(spoken):
    with (
        raw_server(lambda connection, _: connection.sendall(spoken)) as url,
        pytest.raises(client.CallFailed) as failure,
    ):
        post(url)

    assert failure.value.kind == "connection"


def test_nobody_listening_is_a_failed_connection():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    with pytest.raises(client.CallFailed) as failure:
        post(f"http://127.0.0.1:{port}/")

    assert failure.value.kind == "connection"


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path):
    certificate = _self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def serve():
            connection, _ = listener.accept()
            with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True):
                return

        threading.Thread(target=serve, daemon=True).start()
        with pytest.raises(client.CallFailed) as failure:
            post(f"https://127.0.0.1:{port}/")

    assert failure.value.kind == "tls"


def _self_signed(folder):
    from datetime import UTC, datetime, timedelta

    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_a_connection_that_is_kept_serves_the_next_call_within_a_second():
    asked = []

    def converse(connection, stopped):
        connection.sendall(GOOD)
        while request := hear(connection):
            asked.append(request)
            connection.sendall(GOOD)

    with raw_server(converse) as url:
        # One connection at a time is served, so a second one would wait for its answer for ever.
        answers = [post(url, keep_alive=True, total_seconds=5) for _ in range(3)]
        assert [answer.body for answer in answers] == [b"ok"] * 3

    assert [b"Connection: close" in request for request in asked] == [False, False]


def test_a_connection_that_was_closed_while_it_rested_is_replaced():
    accepted = []

    def answer_once(connection, stopped):
        accepted.append(1)
        connection.sendall(GOOD)

    with raw_server(answer_once) as url:
        for _ in range(3):
            assert post(url, keep_alive=True, total_seconds=5).status == 200

    assert len(accepted) == 3


def test_what_rested_for_too_long_is_hung_up():
    ended = threading.Event()

    def wait_for_the_end(connection, stopped):
        connection.sendall(GOOD)
        if not hear(connection):
            ended.set()

    with raw_server(wait_for_the_end) as url:
        post(url, keep_alive=True, total_seconds=5)
        client.close_idle(0.0)

        assert ended.wait(5)


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + b"x" * 100,
    ],
)
def test_an_answer_that_ends_the_connection_or_is_not_read_to_its_end_is_the_last(reply):
    hung_up = threading.Event()

    def speak(connection, stopped):
        connection.sendall(reply)
        if not hear(connection):
            hung_up.set()

    with raw_server(speak) as url:
        post(url, keep_alive=True, max_answer_bytes=10, total_seconds=5)

        assert hung_up.wait(5)


def test_nothing_is_kept_unless_it_is_asked_for():
    hung_up = threading.Event()

    def speak(connection, stopped):
        connection.sendall(GOOD)
        if not hear(connection):
            hung_up.set()

    with raw_server(speak) as url:
        post(url)

        assert hung_up.wait(5)
