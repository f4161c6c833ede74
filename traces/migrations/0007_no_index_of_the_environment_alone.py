"""Every other index of these tables begins with the environment too."""

import django.db.models.deletion
from django.db import migrations, models

from pulse.db.operations import PerDatabase

INDEXES = {
    "deadletter": "traces_deadletter_environment_id_298229c1",
    "inbox": "traces_inbox_environment_id_46f75240",
    "rollup": "traces_rollup_environment_id_2f94db36",
    "score": "traces_score_environment_id_8026944d",
    "session": "traces_session_environment_id_b30219ee",
    "span": "traces_span_environment_id_ce3e49de",
    "spanrollup": "traces_spanrollup_environment_id_ff1dec34",
    "trace": "traces_trace_environment_id_cc2a703b",
}
DROP = [f"DROP INDEX {name}" for name in INDEXES.values()]
CREATE = [
    f"CREATE INDEX {name} ON traces_{model} (environment_id)" for model, name in INDEXES.items()
]


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0002_environment_deleted_at"),
        ("traces", "0006_ids_move_in_portions"),
    ]

    operations = [
        # Not AlterField, for which Django would rebuild the tables on SQLite.
        PerDatabase(
            postgres=(DROP, CREATE),
            sqlite=(DROP, CREATE),
            state=[
                migrations.AlterField(
                    model_name=model,
                    name="environment",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.environment",
                    ),
                )
                for model in INDEXES
            ],
        )
    ]
