"""SQLite finds rows by number and environment at once with an index of the environment alone, for its
entries end with the number; without one it walks all rows of the environment along another."""

from django.db import migrations

from pulse.db.operations import PerDatabase

NAMES = {"trace": "traces_trace_of_environment", "span": "traces_span_of_environment"}


class Migration(migrations.Migration):
    dependencies = [("traces", "0009_sign_ins_end_early")]

    operations = [
        PerDatabase(
            postgres=([], []),
            sqlite=(
                [
                    f"CREATE INDEX {name} ON traces_{model} (environment_id)"
                    for model, name in NAMES.items()
                ],
                [f"DROP INDEX {name}" for name in NAMES.values()],
            ),
        )
    ]
