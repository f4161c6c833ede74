"""The variables with which the suite starts what is not the embedded default."""

from __future__ import annotations

LOOPBACK_CIDRS = "127.0.0.0/8,::1/128"
SECRETS = {
    "PULSE_SECRET_KEY": "tests-only-" + "x" * 60,
    "PULSE_FERNET_KEYS": "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
    "PULSE_METRICS_TOKEN": "tests-only-metrics-token",
}
AT_SCALE = SECRETS | {"PULSE_WEBHOOK_ALLOW_CIDRS": LOOPBACK_CIDRS, "PULSE_INSECURE_HTTP": "1"}
