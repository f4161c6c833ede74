"""On SQLite ids move on in portions that follow each other (traces.levels)."""

from django.db import migrations

from pulse.db.operations import PerDatabase


def drop(*names: str) -> list[str]:
    return [
        f"DROP TRIGGER IF EXISTS traces_{kind}_{name}"
        for kind in ("span", "trace")
        for name in names
    ]


class Migration(migrations.Migration):
    dependencies = [("traces", "0005_indexes_ascend")]

    operations = [
        PerDatabase(
            postgres=([], []),
            sqlite=(
                [
                    *drop("move"),
                    "CREATE TABLE traces_keyturn (source text NOT NULL PRIMARY KEY, first, beyond)"
                    " WITHOUT ROWID",
                ],
                [*drop("move_0", "move_1"), "DROP TABLE traces_keyturn"],
            ),
        )
    ]
