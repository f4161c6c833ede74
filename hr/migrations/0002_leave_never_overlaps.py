from django.db import migrations

from pulse.db.operations import PerDatabase

# Employee number and half-day slot in one integer: a slot is below 2^23 until the year 9999, so two
# people's ranges never touch. An exclusion on (employee, range) would need a contrib extension. On
# SQLite the one write lock keeps the look and the insert together, and there is nothing to install.
ADD = """
ALTER TABLE hr_leaveentry ADD CONSTRAINT leave_never_overlaps EXCLUDE USING gist (
    int8range(employee_id * 8388608 + first_slot, employee_id * 8388608 + last_slot, '[]') WITH &&
) WHERE (status = 'approved')
"""
DROP = "ALTER TABLE hr_leaveentry DROP CONSTRAINT leave_never_overlaps"


class Migration(migrations.Migration):
    dependencies = [("hr", "0001_initial")]

    operations = [PerDatabase(postgres=([ADD], [DROP]), sqlite=([], []))]
