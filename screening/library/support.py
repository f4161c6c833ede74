"""Customer Support Specialist: 10 questions in 30 minutes."""

from __future__ import annotations

from screening.library.forms import Starter, essay, number, several, single

WRITING = "Writing to customers"
JUDGEMENT = "Judgement"
FINDING = "Finding the cause"

STARTER = Starter(
    slug="customer-support",
    name="Customer Support Specialist",
    description="Clear answers, good judgement and finding out what is wrong",
    duration_minutes=30,
    questions=(
        single(
            WRITING,
            "A customer writes: “I have been charged twice. This is the third time I ask.” Which opening"
            " serves best?",
            "“You were charged twice, and you had to ask three times: I am sorry, and I am on it now.”",
            "“Thank you for reaching out! We value your feedback.”",
            "“Please be patient. We handle requests in the order in which they arrive.”",
            "“Could you describe your problem in more detail?”",
            topics=["Tone"],
        ),
        several(
            WRITING,
            "A fix will take until Thursday. Which two belong in the answer?",
            ["When you will write again, even if there is no news", "What the customer can do until then"],
            ["Which colleague caused the fault", "That the fault is rare and others do not complain"],
            topics=["Expectations"],
        ),
        single(
            WRITING,
            "Which sentence is clearest to somebody who does not know the product?",
            "“Open Settings, choose Billing, and press Download next to the invoice.”",
            "“Invoices can be self-served from the billing module.”",
            "“The artefact is available via the usual navigation path.”",
            "“Just grab it from your account.”",
            topics=["Clarity"],
        ),
        essay(
            WRITING,
            "A customer's export has lost two weeks of data, and it cannot be restored. Write the answer,"
            " in 80 to 200 words.",
            [
                ("Says plainly what happened and that the data is gone",
                 ["cannot be restored", "cannot restore", "cannot recover", "lost", "gone"]),
                ("Takes responsibility", ["sorry", "apologise", "apologize", "our fault", "our mistake"]),
                ("Offers something concrete", ["offer", "refund", "credit", "help you", "we will", "instead"]),
                ("Says what changes so that it does not happen again",
                 ["prevent", "again", "from now on", "changed", "future"]),
            ],
            points=8,
            topics=["Bad news"],
        ),
        single(
            JUDGEMENT,
            "A caller knows name and address of a customer and asks for the e-mail address of the account"
            " to be changed. What do you do?",
            "Follow the identity check, and change nothing without it",
            "Change it: name and address are proof enough",
            "Ask for the password to be sure",
            "Tell the caller which address is stored, to compare",
            topics=["Privacy"],
        ),
        single(
            JUDGEMENT,
            "Four requests wait. Which comes first?",
            "Nobody of a customer's staff can sign in",
            "A customer asks for an invoice of last year",
            "A customer wishes for a dark theme",
            "A customer has found a typing mistake in the help pages",
            topics=["Priorities"],
        ),
        several(
            JUDGEMENT,
            "The documented answer would be wrong for this customer's case. Which two do you do?",
            ["Give this customer the answer that is right", "Report the documentation so that it is mended"],
            ["Send the documented answer, as it is the rule", "Close the request and wait for another"],
            topics=["Initiative"],
        ),
        single(
            FINDING,
            "“The page does not work.” Which first question brings you furthest?",
            "“What did you do, what did you expect, and what did you see instead?”",
            "“Have you tried turning it off and on again?”",
            "“Are you sure?”",
            "“Which version of the operating system do you use?”",
            topics=["Questions"],
        ),
        several(
            FINDING,
            "A fault appears for one customer only. Which two comparisons narrow it down fastest?",
            ["The same steps with another account", "The same account in another browser"],
            ["The number of customers this month and last", "The length of the customer's messages"],
            topics=["Narrowing down"],
        ),
        number(
            FINDING,
            "A plan costs 24.00 a month and was cancelled after 10 of 30 days. The customer is owed the"
            " rest of the month. How much is that?",
            16,
            tolerance={"absolute": 0.005},
            topics=["Arithmetic"],
        ),
    ),
)  # fmt: skip
