from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from hypothesis import given
from hypothesis import strategies as st

from hr.apps import HrConfig
from pulse.erasure.services import note_erasure
from pulse.errors import InvalidInput, NotFound, TooManyRequests
from pulse.exports import selectors, services, writing
from pulse.exports.models import Export


def rows(environment, parameters):
    yield {"id": "a", "name": parameters["name"], "count": 1}
    yield {"id": "b", "name": "Åsa", "count": -2}


def forgetting(environment, parameters):
    """Somebody is erased when their row has been read, as long as there is anybody."""
    yield {"id": "a", "name": parameters["names"][0]}
    if parameters["names"].pop() == "Erased":
        Export.unscoped.update(parameters=parameters | {"names": ["Somebody else"]})
        note_erasure(environment, "c1", now=datetime.now(UTC))


def failing(environment, parameters):
    yield {"id": "a"}
    raise RuntimeError("half way")


@pytest.fixture(autouse=True)
def exporters(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    kinds = {one.__name__: f"{__name__}.{one.__name__}" for one in (rows, failing, forgetting)}
    monkeypatch.setattr(HrConfig, "exporters", kinds)


def start(environment, **values):
    values = {"kind": "rows", "parameters": {"name": "=1+1"}, **values}
    return services.start_export(environment, product="hr", **values)


def written(row):
    with default_storage.open(row.storage_name) as file:
        return file.read()


def test_an_ndjson_export_holds_every_row(environment):
    row = start(environment)

    assert services.write_next() == 1

    row.refresh_from_db()
    assert (row.state, row.rows, row.size_bytes) == (Export.State.DONE, 2, len(written(row)))
    assert [json.loads(line) for line in written(row).splitlines()] == [
        {"id": "a", "name": "=1+1", "count": 1},
        {"id": "b", "name": "Åsa", "count": -2},
    ]
    assert services.write_next() == 0


def test_a_csv_export_is_quoted_and_runs_no_formula(environment):
    row = start(environment, format="csv")

    services.write_next()

    assert written(row).decode().split("\r\n") == [
        '"id","name","count"',
        '"a","\'=1+1","1"',
        '"b","Åsa","-2"',
        "",
    ]


def test_unknown_kinds_and_formats_are_refused(environment):
    with pytest.raises(InvalidInput):
        start(environment, kind="secrets")
    with pytest.raises(InvalidInput):
        start(environment, format="xls")

    assert Export.unscoped.count() == 0


def test_a_sixth_unfinished_export_waits(environment):
    for _ in range(5):
        start(environment)

    with pytest.raises(TooManyRequests):
        start(environment)


def test_a_failing_export_is_tried_three_times_and_then_said_to_have_failed(environment):
    row = start(environment, kind="failing")

    for _ in range(3):
        Export.unscoped.update(next_attempt_at=datetime.now(UTC))
        services.write_next()

    row.refresh_from_db()
    assert (row.state, row.tries) == (Export.State.FAILED, 3)
    assert not default_storage.exists(row.storage_name)


def test_an_export_that_was_reading_during_an_erasure_begins_again(environment):
    row = start(environment, kind="forgetting", parameters={"names": ["Erased"]})

    services.write_next()
    row.refresh_from_db()
    assert (row.state, default_storage.exists(row.storage_name)) == (Export.State.QUEUED, False)

    services.write_next()
    row.refresh_from_db()
    assert (row.state, written(row)) == (Export.State.DONE, b'{"id":"a","name":"Somebody else"}\n')


def test_a_file_that_an_erasure_overtook_while_it_was_stored_is_not_left(environment, monkeypatch):
    row = start(environment)
    save = default_storage.save

    def overtaken(*arguments):
        note_erasure(environment, "c1", now=datetime.now(UTC))
        return save(*arguments)

    monkeypatch.setattr(default_storage, "save", overtaken)
    services.write_next()

    row.refresh_from_db()
    assert (row.state, default_storage.exists(row.storage_name)) == (Export.State.QUEUED, False)


@pytest.mark.parametrize("kind", ["rows", "failing"])
def test_what_an_export_was_asked_for_is_not_kept_when_it_is_over(environment, kind):
    row = start(environment, kind=kind, parameters={"name": "Marker"})

    for _ in range(3):
        Export.unscoped.update(next_attempt_at=datetime.now(UTC))
        services.write_next()

    row.refresh_from_db()
    assert row.parameters == {}


def test_a_strangers_export_does_not_exist(environment, other_environment):
    row = start(environment)

    with pytest.raises(NotFound):
        selectors.get_export(other_environment, "hr", row.public_id)


def test_the_file_goes_after_seven_days(environment):
    row = start(environment)
    services.write_next()

    services.delete_expired(now=datetime.now(UTC) + timedelta(days=7, minutes=1))

    row.refresh_from_db()
    assert row.state == Export.State.EXPIRED
    assert not default_storage.exists(row.storage_name)


@given(st.text())
def test_no_text_cell_starts_a_formula_and_text_survives(text):
    cell = writing.safe_cell(text)

    assert not cell.startswith(writing.FORMULA_STARTS)
    assert cell in (text, f"'{text}")


@given(
    st.lists(
        st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
        min_size=1,
        max_size=5,
    )
)
def test_csv_reads_back_as_it_was_written(values):
    data = b"".join(chunk for chunk, _ in writing.encode([{"v": one} for one in values], "csv"))

    read = list(csv.reader(io.StringIO(data.decode(), newline="")))

    assert read == [["v"], *([writing.safe_cell(one)] for one in values)]
