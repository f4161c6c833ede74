"""Data Analyst: 12 questions in 35 minutes."""

from __future__ import annotations

from screening.library.forms import Starter, essay, number, several, single, words

SQL = "SQL"
STATISTICS = "Statistics"
STORY = "Reading data"

STARTER = Starter(
    slug="data-analyst",
    name="Data Analyst",
    description="Queries, numbers and what they do and do not say",
    duration_minutes=35,
    questions=(
        single(
            SQL,
            "Orders and refunds are joined to customers in one query, and the sum of orders comes out too"
            " high. What is the likely cause?",
            "Each order is repeated for every refund of the same customer",
            "SUM counts NULL as one",
            "The join is missing an index",
            "Refunds are stored as negative numbers",
            topics=["Joins"],
        ),
        single(
            SQL,
            "Which clause keeps only the groups with more than ten rows?",
            "HAVING COUNT(*) > 10",
            "WHERE COUNT(*) > 10",
            "GROUP BY COUNT(*) > 10",
            "LIMIT 10",
            topics=["Grouping"],
        ),
        words(
            SQL,
            "Which window function numbers rows 1, 2, 3 within a partition, without ties?",
            "ROW_NUMBER", "row_number()", "row number",
            topics=["Window functions"],
        ),
        number(
            SQL,
            "A column holds 4, NULL, 8 and 0. What does AVG of it return?",
            4,
            topics=["NULL"],
        ),
        number(
            STATISTICS,
            "Delivery times of five parcels are 1, 2, 2, 3 and 42 days. What is the median?",
            2,
            unit="days",
            topics=["Averages"],
        ),
        single(
            STATISTICS,
            "A test with 20 independent metrics finds one with p = 0.04. What is the fairest reading?",
            "About one such result was to be expected by chance alone",
            "The metric has changed with a probability of 96 %",
            "The other 19 metrics have certainly not changed",
            "The experiment must be stopped at once",
            topics=["Experiments"],
        ),
        number(
            STATISTICS,
            "A condition affects 1 % of people. A test finds 90 % of those affected and wrongly reports"
            " 9 % of the others. Of 100 positive results, how many are right? Round to a whole number.",
            9,
            tolerance={"absolute": 1},
            topics=["Probability"],
        ),
        several(
            STATISTICS,
            "Conversion rises in every country and falls overall. Which two statements are true?",
            [
                "The share of countries with low conversion has grown",
                "Both observations can be correct at the same time",
            ],
            ["One of the two figures must be miscalculated", "The sample of every country is too small"],
            topics=["Mix effects"],
        ),
        single(
            STORY,
            "A bar chart's axis starts at 95 %. What does it do to a change from 96 % to 98 %?",
            "It makes the change look far larger than it is",
            "It hides the change",
            "It shows the change as it is",
            "It turns the change upside down",
            topics=["Charts"],
        ),
        single(
            STORY,
            "Users who turn on notifications stay twice as long. The team wants to turn them on for all."
            " What is the best next step?",
            "Turn them on for a random half and compare",
            "Turn them on for all and compare with last month",
            "Ask those who turned them on whether they like them",
            "Leave them off, for correlation says nothing",
            topics=["Experiments"],
        ),
        several(
            STORY,
            "A daily figure drops to a third on one day. Which two checks come first?",
            ["Whether all the data of that day has arrived", "Whether the definition of the figure changed"],
            ["Whether the chart has the right colours", "Whether the yearly target is still reachable"],
            topics=["Data quality"],
        ),
        essay(
            STORY,
            "Sales fell by 8 % against last month. In five to ten sentences, tell a manager how you would"
            " find out why, and what you would not conclude yet.",
            [
                ("Splits the figure by time, product, region or channel",
                 ["segment", "split", "break down", "by region", "by product", "by channel", "per "]),
                ("Checks the data and the calendar first",
                 ["season", "calendar", "working days", "data quality", "complete", "tracking", "holiday"]),
                ("Separates cause from coincidence",
                 ["cause", "correlation", "experiment", "hypothes", "control"]),
                ("Says what remains unknown", ["not conclude", "unknown", "uncertain", "cannot say"]),
            ],
            points=8,
            topics=["Explaining"],
        ),
    ),
)  # fmt: skip
