from __future__ import annotations

import base64
import json
import subprocess

import pytest

from tests.support.browser import _command
from tests.support.webhooks import make_endpoint, publish_sample, pump_until_idle

SEEDS_VERIFIER = """
const crypto = require('crypto');

function verifyWebhookSignature(payload, signature, secret) {
  const hmac = crypto.createHmac('sha256', secret);
  const calculatedSignature = hmac.update(payload).digest('hex');
  return crypto.timingSafeEqual(
    Buffer.from(calculatedSignature, 'hex'),
    Buffer.from(signature, 'hex')
  );
}
"""
TIMED_VERIFIER = """
const crypto = require('crypto');

function verifyWebhookSignature(payload, header, secret) {
  const parts = header.split(',').map((part) => part.split('='));
  const t = parts.find(([name]) => name === 't')[1];
  const expected = crypto.createHmac('sha256', secret).update(t + '.').update(payload).digest('hex');
  return parts.some(([name, value]) => name === 'v1' && value === expected);
}
"""
MAIN = """
const sent = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const body = Buffer.from(sent.body, 'base64');
const right = verifyWebhookSignature(body, sent.signature, sent.secret);
const wrong = verifyWebhookSignature(Buffer.concat([body, Buffer.from(' ')]), sent.signature, sent.secret);
console.log(JSON.stringify([right, wrong]));
"""


@pytest.mark.parametrize(
    ("product", "header", "verifier"),
    [
        ("screening", "x-pihupulse-signature", SEEDS_VERIFIER),
        ("hr", "x-pulse-signature", TIMED_VERIFIER),
    ],
)
def test_node_verifies_a_real_delivery_with_the_documented_recipe(
    environment, receiver, product, header, verifier
):
    _, secret = make_endpoint(environment, receiver.url, product=product)
    publish_sample(environment, product=product)
    pump_until_idle()
    (request,) = receiver.wait(1)

    run = subprocess.run(
        [*_command("node"), "-e", verifier + MAIN],
        input=json.dumps(
            {
                "body": base64.b64encode(request.body).decode(),
                "signature": request.headers[header],
                "secret": secret,
            }
        ),
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(run.stdout) == [True, False]
