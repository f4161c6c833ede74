"""A trace that is deleted takes its words with it; on SQLite ``traces.levels`` sees to that."""

from django.db import migrations

from pulse.db.operations import PerDatabase


class Migration(migrations.Migration):
    dependencies = [("traces", "0007_no_index_of_the_environment_alone")]

    operations = [
        PerDatabase(
            postgres=(
                [
                    "CREATE FUNCTION traces_forget_words() RETURNS trigger LANGUAGE plpgsql AS"
                    " $$ BEGIN DELETE FROM traces_search USING gone WHERE trace_pk = gone.id;"
                    " RETURN NULL; END $$",
                    "CREATE TRIGGER traces_trace_words AFTER DELETE ON traces_trace"
                    " REFERENCING OLD TABLE AS gone"
                    " FOR EACH STATEMENT EXECUTE FUNCTION traces_forget_words()",
                ],
                [
                    "DROP TRIGGER traces_trace_words ON traces_trace",
                    "DROP FUNCTION traces_forget_words()",
                ],
            ),
            sqlite=([], []),
        )
    ]
