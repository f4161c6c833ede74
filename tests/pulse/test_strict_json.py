"""What the parser lets in: nothing that one of the two databases would choke on."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse import fastjson, strictjson
from pulse.errors import InvalidInput, MalformedBody


def nested(depth: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    return opening * depth + closing * depth


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1,]",
        b"{'a': 1}",
        b"NaN",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e400}',
        b'{"a": ' + b"9" * 4301 + b"}",
        b'{"a": "\xff"}',
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": 1} x',
        nested(1_100),
        nested(100_000),
        nested(5_000, b'{"a":', b"}"),
    ],
    ids=lambda body: body[:16].decode("latin-1") or "empty",
)
def test_what_is_not_json_is_refused_as_malformed(body):
    with pytest.raises(MalformedBody):
        strictjson.loads(body)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"a": {"b": "x\\u0000"}}', "a.b"),
        (b'{"a": ["fine", "\\ud800"]}', "a.1"),
        (b'{"a": 9223372036854775808}', "a"),
        (b'{"a": -9223372036854775809}', "a"),
        (b'{"a": "\\udfff\\ud800"}', "a"),
        (b'{"' + b"k" * 257 + b'": 1}', "k" * 40),
        (b'{"a": ' + nested(100) + b"}", "a.0.0.0"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_the_path_of_the_member(body, path):
    with pytest.raises(InvalidInput) as refusal:
        strictjson.loads(body)
    assert [field.field for field in refusal.value.fields] == [path]


def test_a_body_of_too_many_members_is_refused():
    with pytest.raises(InvalidInput):
        strictjson.loads(json.dumps(list(range(100_001))).encode())
    assert len(strictjson.loads(json.dumps(list(range(99_000))).encode())) == 99_000


def test_free_form_members_are_cleaned_instead_of_refused():
    body = b'{"metadata": {"a\\u0000": ["\\ud800", 9223372036854775808]}, "name": "x"}'

    assert strictjson.loads(body, free_form=("metadata",)) == {
        "metadata": {"a\ufffd": ["\ufffd", 9223372036854775808]},
        "name": "x",
    }


def test_free_form_members_of_each_item_of_an_array_are_cleaned():
    body = b'[{"metadata": "\\u0000"}]'

    assert strictjson.loads(body, free_form=("metadata",)) == [{"metadata": "\ufffd"}]


def test_a_surrogate_pair_is_one_character_and_stays():
    assert strictjson.loads(b'{"a": "\\ud83d\\ude00"}') == {"a": "\N{GRINNING FACE}"}


def test_of_a_repeated_member_the_last_counts():
    assert strictjson.loads(b'{"a": 1, "a": 2}') == {"a": 2}


storable = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=20
)
documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | storable,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(storable, inner, max_size=5),
    max_leaves=30,
)


@given(documents)
@settings(max_examples=200, deadline=None)
def test_every_storable_document_passes_unchanged_and_is_written_back_the_same(document):
    assert strictjson.loads(json.dumps(document).encode()) == document
    assert json.loads(fastjson.dumps(document)) == document


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_no_bytes_whatever_are_answered_with_anything_but_a_value_or_a_refusal(body):
    try:
        strictjson.loads(body)
    except (InvalidInput, MalformedBody):
        return


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 10**30])
def test_a_whole_number_that_could_not_be_written_out_again_is_refused_wherever_it_is(number):
    with pytest.raises(InvalidInput) as refused:
        strictjson.loads(
            json.dumps({"metadata": {"n": [number]}}).encode(), free_form=("metadata",)
        )

    assert refused.value.fields[0].field == "metadata.n.0"


def test_a_number_that_grew_in_the_database_is_written_out():
    assert (
        fastjson.dumps({"n": [10**30, "é"]})
        == '{"n":[1000000000000000000000000000000,"é"]}'.encode()
    )


def test_an_unsigned_number_of_64_bits_may_stand_where_anything_may():
    body = json.dumps({"metadata": 2**64 - 1}).encode()

    read = strictjson.loads(body, free_form=("metadata",))

    assert fastjson.dumps(read) == b'{"metadata":18446744073709551615}'
