"""Ids are unique by an index on PostgreSQL, and by tables and triggers on SQLite (traces.levels)."""

from django.db import migrations

from pulse.db.operations import PerDatabase


def create(kind: str) -> list[str]:
    """The tables of one kind's ids, one view of them all, and the ids that are stored already."""
    columns = f"{kind}_id, environment_id, row_id"
    tables = [f"traces_{kind}key_{level}" for level in range(3)]
    union = " UNION ALL ".join(f"SELECT {columns} FROM {table}" for table in tables)
    return [
        *(
            f"CREATE TABLE {table} ({kind}_id text NOT NULL, environment_id integer NOT NULL,"
            f" row_id integer NOT NULL, PRIMARY KEY ({kind}_id, environment_id)) WITHOUT ROWID"
            for table in tables
        ),
        f"CREATE VIEW traces_{kind}key AS {union}",
        f"INSERT INTO {tables[-1]} ({columns})"
        f" SELECT {kind}_id, environment_id, id FROM traces_{kind} ORDER BY {kind}_id",
    ]


def drop(kind: str) -> list[str]:
    triggers = [f"traces_{kind}_{name}" for name in ("once", "known", "move", "forget")]
    return [
        *(f"DROP TRIGGER IF EXISTS {trigger}" for trigger in triggers),
        f"DROP VIEW traces_{kind}key",
        *(f"DROP TABLE traces_{kind}key_{level}" for level in range(3)),
    ]


class Migration(migrations.Migration):
    dependencies = [("traces", "0003_retention_by_receipt")]

    operations = [
        migrations.RemoveConstraint(model_name="span", name="span_once"),
        migrations.RemoveConstraint(model_name="trace", name="trace_once"),
        PerDatabase(
            postgres=(
                [
                    "CREATE UNIQUE INDEX trace_once ON traces_trace (environment_id, trace_id)",
                    "CREATE UNIQUE INDEX span_once ON traces_span (environment_id, span_id)",
                ],
                ["DROP INDEX span_once", "DROP INDEX trace_once"],
            ),
            sqlite=([*create("span"), *create("trace")], [*drop("trace"), *drop("span")]),
        ),
    ]
