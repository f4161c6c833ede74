"""Frontend Developer: 15 questions in 30 minutes."""

from __future__ import annotations

from screening.library.forms import Starter, number, several, single, words

SOLVING = "Problem-solving approach"
ORDER = "Code organization"
COMPONENTS = "React component architecture"

STARTER = Starter(
    slug="frontend-developer",
    name="Frontend Developer",
    description="Screening for frontend development skills",
    duration_minutes=30,
    questions=(
        single(
            "JavaScript",
            "A search box sends a request on every key press. Sometimes the list shows results for an"
            " earlier text than the one in the box. What removes the cause?",
            "Abort or ignore the answer of every request but the latest",
            "Wait longer before the first request",
            "Send the requests as POST, so that they are not cached",
            "Sort the results before they are shown",
            topics=[SOLVING],
        ),
        number(
            "JavaScript",
            "How many lines does this program log before the line “timer”?",
            3,
            code=(
                'console.log("a");\nsetTimeout(() => console.log("timer"), 0);\n'
                'Promise.resolve().then(() => console.log("b"));\nconsole.log("c");'
            ),
            topics=[SOLVING],
        ),
        several(
            "JavaScript",
            "A page is moved from several classic scripts to ES modules. Which two things change"
            " without any further work?",
            [
                "Names declared at the top of a file are no longer global",
                "A file that is imported in many places is evaluated once",
            ],
            [
                "Every file is downloaded only when one of its functions is called",
                "Files may import each other in a circle without any care",
            ],
            topics=[ORDER],
        ),
        single(
            "JavaScript",
            "Twelve components format prices, each with its own few lines, and two of them now disagree."
            " What is the smallest change that keeps them from disagreeing again?",
            "One function that takes amount and currency, imported by all twelve",
            "A base class with a price method that all twelve extend",
            "A comment above each place that lists the other eleven",
            "A global variable that holds the format as a string",
            topics=[ORDER],
        ),
        words(
            "JavaScript",
            "A chart library is needed on one rarely visited page. Which language construct loads it"
            " only when that page asks for it? Write its name or how it is written.",
            "import()",
            "dynamic import",
            "dynamic imports",
            "import(...)",
            "dynamic import()",
            "a dynamic import",
            "await import()",
            "lazy import",
            topics=[ORDER],
        ),
        single(
            "React",
            "A filter field and a result list are siblings. The list must follow the filter. Where does"
            " the filter's value belong?",
            "In the state of their nearest common parent",
            "In the state of the list, which reads the field through a ref",
            "In both, kept equal by an effect in each",
            "In a module variable next to the components",
            topics=[COMPONENTS],
        ),
        single(
            "React",
            "Three components subscribe to the browser's online status with the same effect and the same"
            " state. What is the clearest way to share that?",
            "A custom hook that returns the status",
            "A parent class that the three components extend",
            "Copying the effect and linting the copies for equality",
            "Passing the setter of one component to the other two",
            topics=[COMPONENTS, ORDER],
        ),
        several(
            "React",
            "Which four of these make a component's function run again?",
            [
                "Its own state is set to a new value",
                "Its parent renders and it is not memoised",
                "A context that it reads gets a new value",
                "A hook that it uses sets state of its own",
            ],
            [
                "The value in one of its refs changes",
                "A variable outside of React that it reads changes",
            ],
            topics=[COMPONENTS],
        ),
        several(
            "React",
            "Rows of an editable table are keyed by their index. Which two faults appear when a row is"
            " removed from the middle?",
            [
                "Text typed into a later row appears in the wrong row",
                "The focus stays at the position, not with the row that had it",
            ],
            [
                "React refuses to render the table at all",
                "The rows above the removed one lose their styles",
            ],
            topics=[COMPONENTS],
        ),
        single(
            "React",
            "An effect opens a live connection for the room that is passed in as `roomId`. After a few"
            " room changes, messages of old rooms still arrive. What is missing?",
            "The effect must return a function that closes the connection",
            "The effect must run before the screen is painted",
            "`roomId` must be copied into state first",
            "The component must be given a key that never changes",
            topics=[COMPONENTS],
        ),
        single(
            "CSS",
            "A team puts its styles into cascade layers: `@layer reset, vendor, app;`. A rule with one"
            " class in `app` meets a rule with an id in `vendor`. Which wins?",
            "The one in app, because layers are compared before specificity",
            "The one in vendor, because an id outweighs a class",
            "Whichever file is loaded last",
            "Neither: both are ignored without !important",
            topics=[ORDER],
        ),
        single(
            "CSS",
            "A heading with `position: sticky; top: 0` scrolls away with its section. What should be"
            " looked at first?",
            "Whether an ancestor has overflow other than visible",
            "Whether the heading has a z-index",
            "Whether the heading is a block element",
            "Whether the page uses a web font",
            topics=[SOLVING],
        ),
        number(
            "CSS",
            "A box has `width: 300px`, `padding: 20px` and `border: 5px solid`, and"
            " `box-sizing: content-box`. How wide is it on the screen, in pixels?",
            350,
            unit="px",
            topics=[SOLVING],
        ),
        several(
            "CSS",
            "Which two properties can a browser usually animate without computing layout or painting"
            " again in every frame?",
            ["transform", "opacity"],
            ["width", "top", "box-shadow"],
            topics=["CSS animations"],
        ),
        several(
            "CSS",
            "A card must show two columns when there is room for them, in a wide main column as well as"
            " in a narrow sidebar of the same page. Which two approaches achieve that?",
            [
                "A container query on the element around the card",
                "A grid with repeat(auto-fit, minmax(…, 1fr))",
            ],
            [
                "A media query on the width of the window",
                "A fixed number of columns that is set by screen density",
            ],
            topics=["Responsive design patterns"],
        ),
    ),
)
