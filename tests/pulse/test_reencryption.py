from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import call_command

from pulse import vault
from pulse.webhooks import services
from pulse.webhooks.models import Endpoint
from tests.support.webhooks import make_endpoint


@pytest.fixture(autouse=True)
def fresh_keys():
    yield
    vault._fernet.cache_clear()


def use(settings, *keys):
    settings.PULSE_FERNET_KEYS = list(keys)
    vault._fernet.cache_clear()


def test_after_a_rotation_the_old_key_can_go(environment, settings):
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    use(settings, old)
    _, secret = make_endpoint(environment, "https://example.com/")
    use(settings, new, old)

    call_command("reencrypt")

    use(settings, new)
    row = Endpoint.unscoped.get()
    assert services.secrets_of(row, datetime.now(UTC)).current == secret
    use(settings, old)
    with pytest.raises(InvalidToken):
        vault.decrypt(row.secret.encode())
