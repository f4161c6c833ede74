from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from collab.models import Comment, EnvironmentConfig, Participant, Thread
from collab.services import comments, people, reactions, threads
from collab.services.comments import Said
from pulse import vault
from pulse.keys import bearer
from pulse.tenancy.models import Environment, User
from tests.support.tenancy import make_key

HOSTILE = "<script>alert(1)</script>"
NOW = datetime(2026, 4, 20, 12, tzinfo=UTC)
SCREENS = sorted(
    (model for model in admin.site._registry if model._meta.app_label == "collab"),
    key=lambda model: model._meta.label,
)


@pytest.fixture
def operator(db: None) -> Client:
    client = Client()
    client.force_login(
        User.objects.create_superuser("op@example.com", "a long password", operator=True)
    )
    return client


@pytest.fixture
def thread(environment: Environment) -> Thread:
    for user in ("user-1", "user-2"):
        people.keep_person(environment, external_id=user, name=f"{user} {HOSTILE}", now=NOW)
    made, first = threads.create_thread(
        environment,
        room_name="dashboard",
        user_id="user-1",
        said=Said(HOSTILE),
        position=None,
        now=NOW,
    )
    comments.create_comment(
        environment, thread_id=made.public_id, user_id="user-2", said=Said(HOSTILE), now=NOW
    )
    reactions.add_reaction(
        environment, target_id=first.public_id, target_type="comment", user_id="user-2",
        emoji="👍", now=NOW,
    )  # fmt: skip
    EnvironmentConfig.objects.create(environment=environment)
    return made


def screen(model: Any, *path: str, **arguments: Any) -> str:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{path[0]}"
    return reverse(name, kwargs=arguments or None)


@pytest.mark.parametrize("model", SCREENS, ids=lambda model: model.__name__)
def test_every_screen_lists_searches_and_shows_without_running_anybodys_text(
    operator: Client, thread: Thread, model: Any
) -> None:
    for address in (screen(model, "changelist"), f"{screen(model, 'changelist')}?q=script"):
        answer = operator.get(address, follow=True)
        assert answer.status_code == 200
        assert HOSTILE not in answer.content.decode()
    row = model.unscoped.first()
    if row is not None:
        answer = operator.get(screen(model, "change", object_id=row.pk))
        assert answer.status_code == 200
        assert HOSTILE not in answer.content.decode()


def test_a_moderator_deletes_a_comment_and_then_its_thread(
    operator: Client, thread: Thread
) -> None:
    first, second = Comment.unscoped.order_by("pk")
    sent = {"action": "remove", "_selected_action": [first.pk]}
    operator.post(screen(Comment, "changelist"), sent)
    assert list(Comment.unscoped.all()) == [second]

    operator.post(
        screen(Thread, "changelist"), {"action": "remove", "_selected_action": [thread.pk]}
    )
    assert Thread.unscoped.count() == 0


def test_blocking_and_withdrawing_are_actions(operator: Client, thread: Thread) -> None:
    person = Participant.unscoped.get(external_id="user-2")
    operator.post(
        screen(Participant, "changelist"), {"action": "block", "_selected_action": [person.pk]}
    )
    config = EnvironmentConfig.unscoped.get()
    operator.post(
        screen(EnvironmentConfig, "changelist"),
        {"action": "withdraw", "_selected_action": [config.pk]},
    )

    person.refresh_from_db()
    config.refresh_from_db()
    assert (person.blocked, config.token_generation) == (True, 2)


def test_a_key_pair_is_replaced_and_shown_once(operator: Client, thread: Thread) -> None:
    environment = thread.environment
    old = make_key("collab", environment, prefix="sk_", scopes=["read:*", "write:*"])
    config = EnvironmentConfig.unscoped.get()
    sent = {"action": "replace_keys", "_selected_action": [config.pk]}
    page = operator.post(screen(EnvironmentConfig, "changelist"), sent).content.decode()

    secret, publishable = re.findall(r"<code>([sp]k_\w+)</code>", page)
    assert bearer.identify(old, ("sk_",)) is None
    assert bearer.identify(secret, ("sk_",)).scopes == {"read:*", "write:*"}  # type: ignore[union-attr]
    assert bearer.identify(publishable, ("pk_",)).environment == environment  # type: ignore[union-attr]


def test_a_person_is_forgotten_for_good(operator: Client, thread: Thread) -> None:
    person = Participant.unscoped.get(external_id="user-1")
    operator.post(
        screen(Participant, "changelist"), {"action": "erase", "_selected_action": [person.pk]}
    )

    assert list(Participant.unscoped.values_list("external_id", flat=True)) == ["user-2"]
    assert list(Comment.unscoped.values_list("author__external_id", flat=True)) == ["user-2"]


def test_the_turn_secret_is_encrypted_and_shown_to_nobody(operator: Client, thread: Thread) -> None:
    config = EnvironmentConfig.unscoped.get()
    page = screen(EnvironmentConfig, "change", object_id=config.pk)
    sent = {
        "max_file_size_mb": 25, "max_attachments_per_comment": 5, "p2p_mesh_limit": 6,
        "max_shared_objects": 20, "p2p_persist_interval_ms": 5000, "p2p_state_ttl_days": 30,
        "p2p_max_state_bytes": 5_242_880, "turn_server_url": "turn:turn.example:3478",
        "new_turn_secret": "between-us", "allow_images": "on",
    }  # fmt: skip
    assert operator.post(page, sent).status_code == 302

    config.refresh_from_db()
    assert (config.max_file_size_mb, config.allow_images, config.allow_audio) == (25, True, False)
    assert vault.decrypt(bytes(config.turn_secret)) == b"between-us"
    assert "between-us" not in operator.get(page).content.decode()


@pytest.mark.parametrize(
    ("address", "valid"),
    [
        ("turn:turn.example:3478", True),
        ("turns:[2001:db8::1]:5349?transport=tcp", True),
        ("javascript:alert(1)", False),
        ("https://turn.example", False),
    ],
)
def test_a_configuration_takes_only_turn_addresses_and_a_mesh_of_somebody(
    environment: Environment, address: str, valid: bool
) -> None:
    config = EnvironmentConfig(environment=environment, turn_server_url=address, p2p_mesh_limit=0)

    with pytest.raises(ValidationError) as refused:
        config.full_clean()
    assert set(refused.value.message_dict) == {"p2p_mesh_limit"} | (
        set() if valid else {"turn_server_url"}
    )
