from __future__ import annotations

import pytest

from pulse.tenancy.services import empty_environment
from tests.traces.samples import make_span, make_trace, post_spans, post_traces
from traces import words
from traces.digest import search
from traces.queries import TraceFilter
from traces.selectors import traces as trace_selectors

pytestmark = pytest.mark.django_db

TALKS = {
    "latin": ("Où est ma commande Ümlaut?", "Elle arrive demain"),
    "arabic": ("اكتب رسالة ترحيب", "مرحبا بكم"),
    "chinese": ("请把这段话翻译成英文", "欢迎光临"),
    "plain": ("where is my parcel", "on its way"),
}


def make_talks(client) -> dict[str, str]:
    named = {
        name: make_trace(
            request_body={"messages": [{"role": "user", "content": prompt}]},
            output_text=answer,
            metadata={"tags": [name, "all"], "feature": name, "count": 3, "flag": True},
        )
        for name, (prompt, answer) in TALKS.items()
    }
    post_traces(client, list(named.values()))
    while search.run():
        pass
    return {item["trace_id"]: name for name, item in named.items()}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "COMMANDE ümlaut"}, ["latin"]),
        ({"q": "ترحيب"}, ["arabic"]),
        ({"q": "مرحبا"}, ["arabic"]),
        ({"q": "翻译"}, ["chinese"]),
        ({"q": "光临"}, ["chinese"]),
        ({"q": "欢"}, ["chinese"]),
        ({"q": "parcel way"}, ["plain"]),
        ({"q": "parcel ترحيب"}, []),
        ({"q": "parc"}, []),
        ({"q": "parc*"}, ["plain"]),
        ({"q": "?!"}, []),
        ({"tag": "plain"}, ["plain"]),
        ({"tag": "all", "q": "demain"}, ["latin"]),
        ({"metadata.feature": "arabic"}, ["arabic"]),
        ({"metadata.count": "3", "metadata.flag": "true"}, sorted(TALKS)),
        ({"metadata.feature": "nothing"}, []),
        ({"q": "parcel", "status": "error"}, []),
    ],
)
def test_text_tags_and_metadata_are_found(api, query, found):
    client = api("traces")
    names = make_talks(client)

    response = client.get("/v1/traces", query).json()

    assert sorted(names[row["traceId"]] for row in response["traces"]) == found
    assert response["total"] == len(found)


def test_a_stranger_finds_no_words(api, other_environment):
    make_talks(api("traces"))

    stranger = api("traces", environment=other_environment)

    assert stranger.get("/v1/traces", {"q": "parcel"}).json()["total"] == 0


def test_a_search_with_many_matches_says_so_and_deletes_and_exports_all_of_them(
    api, environment, monkeypatch
):
    monkeypatch.setattr(trace_selectors, "WINDOW", 2)
    client = api("traces")
    names = make_talks(client)

    page = client.get("/v1/traces", {"tag": "all"}).json()
    narrowed = client.get("/v1/traces", {"tag": "all", "provider": "anthropic"}).json()
    exported = list(trace_selectors.stream_traces(environment, TraceFilter(tag="all")))

    assert (page["total"], len(page["traces"]), page["bounded"]) == (2, 2, True)
    assert (narrowed["total"], narrowed["bounded"]) == (0, True)
    assert "bounded" not in client.get("/v1/traces", {"tag": "plain"}).json()
    assert sorted(row["trace_id"] for row in exported) == sorted(names)
    assert client.delete("/v1/traces?tag=all&provider=openai").json() == {"deleted": 4}


def test_the_words_of_a_trace_go_when_it_is_emptied_away_or_replaced(api, environment):
    client = api("traces")
    replaced = make_trace(metadata={"tags": ["second"]})
    post_spans(
        client,
        [make_span(trace_id=replaced["trace_id"], kind="llm_call", metadata={"tags": ["first"]})],
    )
    while search.run():
        pass
    assert client.get("/v1/traces", {"tag": "first"}).json()["total"] == 1

    post_traces(client, [replaced])
    while search.run():
        pass
    assert client.get("/v1/traces", {"tag": "first"}).json()["total"] == 0
    assert client.get("/v1/traces", {"tag": "second"}).json()["total"] == 1

    empty_environment(environment, apps={"traces"})
    assert client.get("/v1/traces", {"tag": "second"}).json()["total"] == 0


def test_what_a_search_finds_is_in_order_of_time(api):
    client = api("traces")
    moments = [f"2026-10-{day:02}T00:00:00.000Z" for day in (3, 1, 2)]
    for timestamp in moments:
        post_traces(client, [make_trace(timestamp=timestamp, metadata={"tags": ["sorted"]})])
    while search.run():
        pass

    newest = client.get("/v1/traces", {"tag": "sorted"}).json()["traces"]
    oldest = client.get("/v1/traces", {"tag": "sorted", "sort": "timestamp"}).json()["traces"]

    assert [row["timestamp"] for row in newest] == sorted(moments, reverse=True)
    assert [row["timestamp"] for row in oldest] == sorted(moments)


@pytest.mark.parametrize("text", ['"', "' OR 1=1 --", "\\", "a:b NEAR c", "x" * 5000, "𓀀"])
def test_hostile_searches_are_only_searches(api, text):
    make_talks(api("traces"))

    assert api("traces").get("/v1/traces", {"q": text}).status_code == 200


def test_words_of_spaced_scripts_and_bigrams_of_the_others():
    assert words.words_of("Ｈello, wörld 東京都!") == {"hello", "wörld", "東京", "京都"}
