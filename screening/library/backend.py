"""Backend Developer: 20 questions in 45 minutes."""

from __future__ import annotations

from screening.library.forms import Starter, number, several, single, words

API = "HTTP and APIs"
DATA = "SQL and data"
CONCURRENCY = "Concurrency"
SECURITY = "Security"

STARTER = Starter(
    slug="backend-developer",
    name="Backend Developer",
    description="Screening for backend development skills",
    duration_minutes=45,
    questions=(
        single(
            API,
            "A client loses its connection after sending a payment. It cannot know whether the payment"
            " was made. What lets it try again without paying twice?",
            "A key chosen by the client that the server remembers with the first answer",
            "A shorter timeout on the server",
            "Sending the retry to another server",
            "Using PUT on the address of the account",
            topics=["Idempotency"],
        ),
        single(
            API,
            "Two people open the same record and save one after the other; the second overwrites the"
            " first without noticing. Which pair of headers prevents that?",
            "ETag on the read and If-Match on the write",
            "Cache-Control on the read and Pragma on the write",
            "Last-Event-ID on both",
            "Accept on the read and Content-Type on the write",
            topics=["Concurrent edits"],
        ),
        number(
            API,
            "Which status code tells a client that it has sent too many requests?",
            429,
            topics=["Status codes"],
        ),
        several(
            API,
            "A list is paged with `limit` and `offset` while rows are inserted at its head. Which two"
            " statements are true?",
            [
                "A row can appear on two pages in a row",
                "Later pages become slower as the offset grows",
            ],
            [
                "The database refuses offsets above 1,000",
                "Every row is guaranteed to appear exactly once",
            ],
            topics=["Pagination"],
        ),
        single(
            API,
            "A receiver of webhooks gets the same event twice. What should it do?",
            "Recognise the event's id and answer with success without acting again",
            "Answer with an error so that the sender stops",
            "Act on it again; the sender has asked for that",
            "Wait for a third delivery to see which one counts",
            topics=["Idempotency"],
        ),
        single(
            DATA,
            "A query filters on `country = ?` and sorts by `created_at`, newest first, 20 rows. Which"
            " single index serves it best?",
            "(country, created_at)",
            "(created_at, country)",
            "(country) and (created_at), one each",
            "(created_at)",
            topics=["Indexes"],
        ),
        number(
            DATA,
            "Table a has 3 rows with keys 1, 2, 2. Table b has 4 rows with keys 2, 2, 3, NULL. How many"
            " rows does `a JOIN b ON a.k = b.k` return?",
            4,
            topics=["Joins"],
        ),
        single(
            DATA,
            "`SELECT * FROM orders WHERE customer_id NOT IN (SELECT id FROM blocked)` suddenly returns no"
            " rows at all, although most customers are not blocked. What has happened?",
            "A row of blocked has the id NULL",
            "The table orders has lost its primary key",
            "The subquery returns more than 1,000 rows",
            "The statistics of the planner are out of date",
            topics=["NULL"],
        ),
        several(
            DATA,
            "A column becomes NOT NULL on a large table that is written to all day. Which two steps keep"
            " writers from waiting?",
            [
                "Fill the missing values in small batches beforehand",
                "Add a check that is not validated at first, and validate it later",
            ],
            [
                "Set the column NOT NULL first and fix the rows that complain",
                "Rename the table while the change is running",
            ],
            topics=["Migrations"],
        ),
        words(
            DATA,
            "A page shows 50 orders and runs 51 queries: one for the orders and one per order for its"
            " customer. What is the usual name of this problem?",
            "N+1",
            "n + 1",
            "n+1 queries",
            "n+1 query",
            "n+1 problem",
            "n+1 query problem",
            "n+1 selects",
            "the n+1 problem",
            "n plus 1",
            "n plus one",
            topics=["Query patterns"],
        ),
        single(
            CONCURRENCY,
            "Two requests read a balance of 100, each subtracts 80 and writes 20. Which change alone"
            " prevents this?",
            "UPDATE … SET balance = balance - 80 WHERE id = ? AND balance >= 80, and a look at the row count",
            "Reading the balance twice before writing",
            "A unique index on the balance",
            "Writing the balance in a separate thread",
            topics=["Races"],
        ),
        single(
            CONCURRENCY,
            "Two transactions update the same two rows, one in the order A, B, the other B, A. What"
            " removes the deadlock?",
            "Always taking the rows in the same order",
            "A longer lock timeout",
            "Reading both rows before updating them",
            "Splitting each transaction over two connections",
            topics=["Locks"],
        ),
        number(
            CONCURRENCY,
            "A service needs 40 ms per request and runs 8 workers that each handle one request at a"
            " time. How many requests per second can it finish at most?",
            200,
            topics=["Capacity"],
        ),
        several(
            CONCURRENCY,
            "A change is stored in the database and announced on a message queue. The process may die at"
            " any moment. Which two designs never lose an announcement?",
            [
                "Write the message to a table in the same transaction and send it from there",
                "Read the database's log of changes and send from it",
            ],
            [
                "Send the message first, then commit",
                "Commit, then send the message in the same function",
            ],
            topics=["Outbox"],
        ),
        single(
            CONCURRENCY,
            "A dependency answers slowly and every caller retries three times at once. What happens to"
            " the dependency, and what helps?",
            "It gets several times the load; back off with random pauses and limit the retries",
            "It gets the same load; nothing needs to be done",
            "It gets less load; retry faster to use that",
            "It gets the same load; add more callers to spread it",
            topics=["Retries"],
        ),
        single(
            SECURITY,
            "An address `/invoices/1042` shows an invoice to any signed-in customer, also to those it"
            " does not belong to. What is the right repair?",
            "Look the invoice up among those of the signed-in customer",
            "Use random numbers instead of counting ones",
            "Hide the link from other customers",
            "Encrypt the number in the address",
            topics=["Access control"],
        ),
        several(
            SECURITY,
            "A server fetches an address that a customer entered. Which two measures belong to a defence"
            " against reaching internal services?",
            [
                "Check every address that the name resolves to, and connect to exactly that one",
                "Follow no redirect without checking it again",
            ],
            [
                "Refuse addresses that contain the word internal",
                "Allow only the GET method",
            ],
            topics=["Outgoing requests"],
        ),
        single(
            SECURITY,
            "Where should the check happen that a comparison of a secret signature takes the same time"
            " whether the first or the last byte is wrong?",
            "In the comparison itself, with a function made for that",
            "In a random pause after the comparison",
            "In the load balancer in front of the service",
            "Nowhere: networks hide such differences",
            topics=["Signatures"],
        ),
        single(
            SECURITY,
            "Which way of storing passwords makes a stolen table least useful?",
            "A slow, memory-hard hash with a random salt per row",
            "A fast hash with one salt for the whole table",
            "Encryption with a key that is stored in the same database",
            "A fast hash, applied three times",
            topics=["Passwords"],
        ),
        words(
            SECURITY,
            "Text from a user is put into an SQL string and sent to the database. Which kind of query"
            " passes the text separately, so that it can never be read as SQL?",
            "parameterized",
            "parameterised",
            "parameterized query",
            "parameterised query",
            "prepared statement",
            "prepared",
            "prepared statements",
            "parameterized queries",
            "parameterised queries",
            "bound parameters",
            "parametrized",
            "parametrized query",
            topics=["Injection"],
        ),
    ),
)
