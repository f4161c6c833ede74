"""The documentation: Markdown of docs/site, rendered once, with headings to link and search."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from django.conf import settings
from django.utils.html import escape
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from pulse.site import error_catalogue

FOLDER = settings.BASE_DIR / "docs" / "site"
DOCUMENTED_BASE = "http://127.0.0.1:3000"
DOCUMENTED_KEYS = "pulse-data/keys.env"
CARD_CHARACTERS = 130
CONTENTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Quick starts",
        (
            "quickstart-hr",
            "quickstart-collab",
            "quickstart-screening",
            "quickstart-analytics",
            "quickstart-traces",
        ),
    ),
    (
        "Guides",
        (
            "authentication",
            "errors",
            "pagination",
            "idempotency",
            "rate-limits",
            "webhooks",
            "real-time",
            "command-line",
        ),
    ),
    (
        "Examples",
        (
            "examples-hr",
            "examples-collab",
            "examples-screening",
            "examples-analytics",
            "examples-traces",
        ),
    ),
    ("Running it", ("self-hosting", "scaling", "upgrading", "backup")),
)
_FENCE_LABELS = {
    "sh": "Shell",
    "json": "JSON",
    "py": "Python",
    "python": "Python",
    "js": "Node.js",
    "mjs": "JavaScript",
    "perl": "Perl",
    "bash": "Shell",
    "text": "Shell",
    "http": "HTTP",
    "html": "HTML",
}


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of documentation: the Markdown as served, and what is made of it."""

    slug: str
    title: str
    summary: str
    markdown: str
    html: str
    headings: tuple[Heading, ...]

    @property
    def teaser(self) -> str:
        """The first sentences of the summary, as many as a card has room for."""
        text, *others = re.split(r"(?<=\.) ", self.summary)
        for one in others:
            if len(text) + len(one) >= CARD_CHARACTERS:
                break
            text += f" {one}"
        return text


@dataclass(frozen=True, slots=True)
class Hit:
    """One section of a page that holds every word searched for."""

    path: str
    title: str
    section: str
    excerpt: str


def slugs() -> list[str]:
    return [slug for _, group in CONTENTS for slug in group]


@cache
def page(slug: str) -> Page:
    """The page called ``slug``. Raises LookupError for a name that is not in the contents."""
    path = FOLDER / f"{slug}.md"
    if slug not in slugs() or not path.is_file():
        raise LookupError(slug)
    source = path.read_text(encoding="utf-8")
    if slug == "errors":
        source += "\n" + error_catalogue.markdown()
    return from_markdown(slug, source)


def contents() -> list[tuple[str, list[Page]]]:
    """The pages by section, in reading order."""
    return [(title, [page(slug) for slug in group]) for title, group in CONTENTS]


def from_markdown(slug: str, source: str) -> Page:
    """Parse a page whose first line is ``# Title`` and whose first paragraph is its summary."""
    source = here(source)
    renderer = _markdown()
    tokens = renderer.parse(source)
    headings = tuple(_anchor_headings(tokens))
    title = headings[0].text if headings else slug
    return Page(
        slug=slug,
        title=title,
        summary=_first_paragraph(tokens),
        markdown=source,
        html=renderer.renderer.render(tokens, renderer.options, {}),
        headings=headings[1:],
    )


def here(text: str) -> str:
    """Put this deployment's address and key file in the place of the documented ones."""
    if settings.PULSE_EMBEDDED and settings.PULSE_ON_LOOPBACK:
        text = text.replace(DOCUMENTED_KEYS, str(settings.DATA_DIR / "keys.env"))
    text = text.replace(DOCUMENTED_BASE, settings.PULSE_PUBLIC_URL)
    socket = re.sub(r"^http", "ws", settings.PULSE_PUBLIC_URL)
    return text.replace(re.sub(r"^http", "ws", DOCUMENTED_BASE), socket)


def summary(slug: str) -> str:
    """The first paragraph of a page, or nothing where the page does not exist."""
    try:
        return page(slug).summary
    except LookupError:
        return ""


def first_command(slug: str) -> str:
    """The first shell block of a page: the call that is shown on the start page."""
    try:
        found = re.search(r"```sh[^\n]*\n(.*?)```", page(slug).markdown, re.DOTALL)
    except LookupError:
        return ""
    return found.group(1).strip() if found else ""


def search(query: str, *, limit: int = 30) -> list[Hit]:
    """Sections that hold every word of ``query``; a word in the heading counts most."""
    words = [word for word in re.findall(r"\w+", query.casefold()) if word]
    if not words:
        return []
    hits = [(score, hit) for slug in slugs() for score, hit in _search_page(slug, words)]
    hits.sort(key=lambda row: -row[0])
    return [hit for _, hit in hits[:limit]]


def _search_page(slug: str, words: list[str]) -> list[tuple[int, Hit]]:
    try:
        one = page(slug)
    except LookupError:
        return []
    found = []
    for section in re.split(r"(?m)^(?=#{1,3} )", one.markdown):
        folded = section.casefold()
        if not section.strip() or not all(word in folded for word in words):
            continue
        heading, _, body = section.partition("\n")
        text = _plain(heading.lstrip("# "))
        score = sum(10 for word in words if word in heading.casefold())
        score += sum(min(folded.count(word), 5) for word in words)
        anchor = "" if heading.startswith("# ") else f"#{slugify(text)}"
        found.append((score, Hit(f"/docs/{slug}{anchor}", one.title, text, _excerpt(body, words))))
    return found


def _excerpt(body: str, words: list[str]) -> str:
    text = " ".join(_plain(body).split())
    at = min((i for word in words if (i := text.casefold().find(word)) >= 0), default=0)
    start = max(0, at - 70)
    return ("… " if start else "") + text[start : start + 190].strip() + " …"


def _plain(text: str) -> str:
    text = re.sub(r"```\w*|[`*|>]", "", text)
    return re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text).strip()


@cache
def _markdown() -> MarkdownIt:
    renderer = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    renderer.add_render_rule("fence", _fence)
    return renderer


def _fence(
    self: RendererHTML, tokens: list[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[index]
    language = token.info.split(" ")[0]
    label = escape(_FENCE_LABELS.get(language, language or "Text"))
    return (
        f'<div class="code"><div class="code-head"><span>{label}</span>'
        '<button class="btn btn-quiet btn-s copy" type="button">Copy</button></div>'
        f'<pre tabindex="0"><code class="language-{escape(language)}">{escape(token.content)}'
        "</code></pre></div>\n"
    )


def _anchor_headings(tokens: list[Token]) -> list[Heading]:
    """Give each heading an id and a link to itself, and list them."""
    found: list[Heading] = []
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        text = _plain(inline.content)
        anchor = slugify(text)
        opening.attrSet("id", anchor)
        if opening.tag != "h1" and inline.children is not None:
            inline.children.append(_self_link(anchor, text))
        found.append(Heading(int(opening.tag[1]), anchor, text))
    return found


def _self_link(anchor: str, text: str) -> Token:
    link = Token("html_inline", "", 0)
    link.content = f'<a class="anchor" href="#{anchor}" aria-label="Link to {escape(text)}">#</a>'
    return link


def _first_paragraph(tokens: list[Token]) -> str:
    for opening, inline in pairwise(tokens):
        if opening.type == "paragraph_open":
            return _plain(inline.content.replace("\n", " "))
    return ""
