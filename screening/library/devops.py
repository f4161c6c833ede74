"""DevOps Engineer: 12 questions in 30 minutes."""

from __future__ import annotations

from screening.library.forms import Starter, number, several, single, words

SYSTEMS = "Linux and networks"
DELIVERY = "Delivery"
OPERATION = "Operation"

STARTER = Starter(
    slug="devops-engineer",
    name="DevOps Engineer",
    description="Systems, delivery and keeping things running",
    duration_minutes=30,
    questions=(
        single(
            SYSTEMS,
            "`df` shows a full disk, `du` over the same file system adds up to half of it. What explains"
            " the difference most often?",
            "A process holds deleted files open",
            "The file system is mounted twice",
            "du counts in larger blocks",
            "The disk has bad sectors",
            topics=["Storage"],
        ),
        words(
            SYSTEMS,
            "Which signal does a container's main process get first when it is asked to stop politely?",
            "SIGTERM", "TERM", "15", "signal 15", "sigterm (15)",
            topics=["Processes"],
        ),
        number(
            SYSTEMS,
            "How many usable host addresses are there in the network 10.0.4.0/26?",
            62,
            topics=["Networks"],
        ),
        single(
            SYSTEMS,
            "A name was changed in DNS an hour ago, and some clients still reach the old address. What"
            " should have been done the day before?",
            "Lowering the record's time to live",
            "Raising the record's priority",
            "Adding a second name server",
            "Turning DNSSEC off",
            topics=["DNS"],
        ),
        single(
            DELIVERY,
            "A new release needs a column with another name. Old and new versions run side by side for a"
            " few minutes. Which order of steps is safe?",
            "Add the new column, write both, move the readers, then drop the old one later",
            "Rename the column, then deploy",
            "Deploy, then rename the column",
            "Stop the old version, rename, start the new one, and hope for the minutes between",
            topics=["Rollout"],
        ),
        several(
            DELIVERY,
            "Which two practices make a build reproducible?",
            ["Dependencies pinned by version and checksum", "The same build image for everyone, by digest"],
            ["Building on the fastest machine available", "Always fetching the newest patch release"],
            topics=["Builds"],
        ),
        single(
            DELIVERY,
            "A secret was committed and pushed an hour ago. What comes first?",
            "Revoke it and issue another",
            "Remove it with a new commit",
            "Rewrite the history",
            "Make the repository private",
            topics=["Secrets"],
        ),
        single(
            DELIVERY,
            "One in fifty runs of the pipeline fails and passes when repeated. Which habit does the least"
            " harm in the long run?",
            "Treat the test as broken: mend or remove it the same day",
            "Repeat every run three times and take the best",
            "Mark the whole pipeline as advisory",
            "Run the pipeline at night only",
            topics=["Tests"],
        ),
        number(
            OPERATION,
            "A service promises 99.9 % availability over 30 days. How many minutes may it be down?",
            43.2,
            tolerance={"absolute": 0.5},
            unit="minutes",
            topics=["Objectives"],
        ),
        several(
            OPERATION,
            "Which two make good alerts for waking somebody at night?",
            ["Users' requests fail at ten times the usual rate", "The database's disk is full in two hours"],
            ["One machine of twenty uses 85 % of its processor", "A nightly report took a minute longer"],
            topics=["Alerts"],
        ),
        single(
            OPERATION,
            "Backups run every night without an error. What is still unknown?",
            "Whether they can be restored",
            "Whether the disk is encrypted",
            "How large the database is",
            "Which user runs them",
            topics=["Backups"],
        ),
        single(
            OPERATION,
            "After an incident a review is written. What makes it useful a year later?",
            "What was known when, why each step looked right, and what is changed now",
            "Who made the mistake, and who found it",
            "Every log line of that night",
            "A promise to be more careful",
            topics=["Reviews"],
        ),
    ),
)  # fmt: skip
