"""An index of every three letters in a row, so that a part of a name is found among 100,000 people.

PostgreSQL's own trigrams are a contrib extension, which a self-hosted server may not have.
"""

from django.db import migrations

from pulse.db.operations import PerDatabase

TRIGRAMS = """
CREATE FUNCTION hr_trigrams(text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_agg(DISTINCT substr($1, n, 3)) FROM generate_series(1, char_length($1) - 2) AS n
$$
"""
COLUMN = (
    "ALTER TABLE hr_employee ADD COLUMN search_trigrams text[]"
    " GENERATED ALWAYS AS (hr_trigrams(search)) STORED"
)
INDEX = (
    "CREATE INDEX employee_search ON hr_employee USING gin (search_trigrams)"
    " WITH (fastupdate = off)"  # or a search would read the list of what is not yet in the index
)

TABLE = (
    "CREATE VIRTUAL TABLE hr_employee_search USING fts5("
    "search, content='hr_employee', content_rowid='id', tokenize='trigram case_sensitive 1')"
)
_ADD = "INSERT INTO hr_employee_search (rowid, search) VALUES (new.id, new.search);"
_REMOVE = (
    "INSERT INTO hr_employee_search (hr_employee_search, rowid, search)"
    " VALUES ('delete', old.id, old.search);"
)
TRIGGERS = [
    f"CREATE TRIGGER hr_employee_search_insert AFTER INSERT ON hr_employee BEGIN {_ADD} END",
    f"CREATE TRIGGER hr_employee_search_delete AFTER DELETE ON hr_employee BEGIN {_REMOVE} END",
    "CREATE TRIGGER hr_employee_search_update AFTER UPDATE OF search ON hr_employee"
    f" BEGIN {_REMOVE} {_ADD} END",
]
FILL = "INSERT INTO hr_employee_search (hr_employee_search) VALUES ('rebuild')"


class Migration(migrations.Migration):
    dependencies = [("hr", "0005_leave_spans")]

    operations = [
        PerDatabase(
            postgres=(
                [TRIGRAMS, COLUMN, INDEX],
                [
                    "ALTER TABLE hr_employee DROP COLUMN search_trigrams",
                    "DROP FUNCTION hr_trigrams(text)",
                ],
            ),
            sqlite=(
                [TABLE, *TRIGGERS, FILL],
                [
                    *(
                        f"DROP TRIGGER hr_employee_search_{event}"
                        for event in ("insert", "delete", "update")
                    ),
                    "DROP TABLE hr_employee_search",
                ],
            ),
        )
    ]
