from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.docs.blocks import Block, blocks, name

pytestmark = pytest.mark.once

SECRET = "whsec_test_0123456789abcdef0123456789abcdef"
OLD = "894d416cb73f10ec1cf37e86fd0046d67d5b4c1162d0d08b36702ce521dae29d"
V1 = "29748b26434d2f0e1bd08e7e1ae17ef37424e159a35fe0310cb80e37862f7b5e"
AT = 1745148720
BODY = (
    '{"id":"evt_01HTESTVECTOR","type":"leave.approved","created_at":"2026-04-20T10:12:03Z",'
    '"data":{"id":"lv_1","note":"café"}}'
).encode()

CASES = {
    "right": (f"t={AT},v1={V1}", BODY, AT, True),
    "during a rotation": (f"t={AT},v1={V1},v1={OLD}", BODY, AT, True),
    "the other order": (f"t={AT},v1={OLD},v1={V1}", BODY, AT, True),
    "another body": (f"t={AT},v1={V1}", BODY + b" ", AT, False),
    "another secret's": (f"t={AT},v1={OLD}", BODY, AT, False),
    "too late": (f"t={AT},v1={V1}", BODY, AT + 301, False),
    "from the future": (f"t={AT},v1={V1}", BODY, AT - 301, False),
    "another time": (f"t={AT + 1},v1={V1}", BODY, AT, False),
    "too short": (f"t={AT},v1={V1[:-2]}", BODY, AT, False),
    "no signature": (f"t={AT}", BODY, AT, False),
}
HARNESS = {
    "python": (
        "python3",
        ".py",
        "\nimport sys\nbody = open(sys.argv[2], 'rb').read()\n"
        "print(verify(sys.argv[3], sys.argv[1], body, float(sys.argv[4])))\n",
    ),
    "js": (
        "node",
        ".cjs",
        "\nconst [header, file, secret, now] = process.argv.slice(2);\n"
        "console.log(verify(secret, header, require('node:fs').readFileSync(file), Number(now)));\n",
    ),
    "mjs": (
        "node",
        ".mjs",
        "\nconst { readFileSync } = await import('node:fs');\n"
        "const [header, file, secret, now] = process.argv.slice(2);\n"
        "console.log(await verify(secret, header, readFileSync(file), Number(now)));\n",
    ),
    "perl": (
        "perl",
        ".pl",
        "\nmy ($header, $file, $secret, $now) = @ARGV;\nopen my $in, '<:raw', $file or die;\n"
        "local $/; my $body = <$in>;\n"
        "print verify($secret, $header, $body, $now) ? 'true' : 'false', \"\\n\";\n",
    ),
    "bash": (
        "bash",
        ".sh",
        '\nif verify "$3" "$1" "$2" "$4"; then echo true; else echo false; fi\n',
    ),
}
VERIFIERS = blocks(word="verify")


def test_five_languages_are_shown():
    assert sorted(block.language for block in VERIFIERS) == ["bash", "js", "mjs", "perl", "python"]


@pytest.mark.parametrize("block", VERIFIERS, ids=name)
def test_a_verifier_of_the_guide_accepts_and_refuses_the_right_deliveries(
    block: Block, tmp_path: Path
):
    program, suffix, ending = HARNESS[block.language]
    assert shutil.which(program), f"install {program}: a snippet of the guide is written in it"
    script = tmp_path / f"verify{suffix}"
    script.write_text(block.code + ending, encoding="utf-8")
    verdicts = {}
    for case, (header, body, now, _) in CASES.items():
        (tmp_path / "body").write_bytes(body)
        done = subprocess.run(
            [program, script, header, tmp_path / "body", SECRET, str(now)],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        verdicts[case] = done.stdout.strip().lower() == "true"

    assert verdicts == {case: expected for case, (*_, expected) in CASES.items()}
