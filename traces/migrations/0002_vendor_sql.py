"""The text index, and how PostgreSQL stores what was accepted."""

from django.db import migrations

from pulse.db.operations import PerDatabase


class Migration(migrations.Migration):
    dependencies = [("traces", "0001_initial")]

    operations = [
        PerDatabase(
            postgres=(
                [
                    # an inbox row lives for a second: compressing it would only cost time
                    "ALTER TABLE traces_inbox ALTER COLUMN body SET STORAGE EXTERNAL",
                    "ALTER TABLE traces_inbox SET (autovacuum_vacuum_scale_factor = 0.02, fillfactor = 70)",
                    "CREATE TABLE traces_search ("
                    " trace_pk bigint PRIMARY KEY,"
                    " environment_id bigint NOT NULL, words tsvector NOT NULL)",
                    "CREATE INDEX traces_search_words ON traces_search USING gin (words)",
                ],
                ["DROP TABLE traces_search"],
            ),
            sqlite=(
                [
                    "CREATE VIRTUAL TABLE traces_search USING fts5("
                    "words, detail=none, columnsize=0, tokenize='unicode61 remove_diacritics 0')",
                ],
                ["DROP TABLE traces_search"],
            ),
        )
    ]
