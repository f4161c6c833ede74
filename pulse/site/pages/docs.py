"""Documentation: guides, quick starts, changelog, search, reference, and the event catalogue."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pulse import products
from pulse.http import openapi
from pulse.site import event_catalogue, library
from pulse.site.library import Page
from pulse.site.reference import sections

CHANGELOG = settings.BASE_DIR / "CHANGELOG.md"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """GET /docs"""
    context = {"sections": library.contents(), "references": products.installed()}
    return render(request, "docs/index.html", context)


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """GET /docs/{slug}"""
    return _show(request, _page(slug))


@require_safe
def markdown(request: HttpRequest, slug: str) -> HttpResponse:
    """GET /docs/{slug}.md"""
    return HttpResponse(_page(slug).markdown, content_type="text/markdown; charset=utf-8")


def _page(slug: str) -> Page:
    if slug == "changelog":
        return library.from_markdown(slug, CHANGELOG.read_text(encoding="utf-8"))
    try:
        return library.page(slug)
    except LookupError as error:
        raise Http404(slug) from error


def _show(request: HttpRequest, one: Page) -> HttpResponse:
    order = library.slugs()
    at = order.index(one.slug) if one.slug in order else -1
    following = library.page(order[at + 1]) if 0 <= at < len(order) - 1 else None
    return render(
        request,
        "docs/page.html",
        {"page": one, "sections": library.contents(), "following": following},
    )


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """GET /docs/search?q="""
    query = request.GET.get("q", "").strip()[:100]
    hits = library.search(query) + _operations(query)
    return render(request, "docs/search.html", {"query": query, "hits": hits})


def _operations(query: str) -> list[library.Hit]:
    """Operations of the references whose path or description holds every word."""
    words = query.casefold().split()
    found = []
    for config in products.installed() if words else []:
        for path, item in openapi.document_of(config.product).get("paths", {}).items():
            for method, operation in item.items():
                if not isinstance(operation, dict):
                    continue
                text = f"{operation.get('summary', '')} {operation.get('description', '')}"
                folded = f"{method} {path} {text} {config.title}".casefold()
                if all(word in folded for word in words):
                    found.append(
                        library.Hit(
                            f"/docs/reference/{config.product}#{operation.get('operationId', '')}",
                            f"{config.title} reference",
                            f"{method.upper()} {path}",
                            text.strip()[:190],
                        )
                    )
    return found[:30]


@require_safe
def reference(request: HttpRequest, product: str) -> HttpResponse:
    """GET /docs/reference/{product}"""
    try:
        config = products.by_name(product)
    except LookupError as error:
        raise Http404(product) from error
    context: dict[str, Any] = {
        "config": config,
        "sections": sections(product),
        "references": products.installed(),
    }
    return render(request, "docs/reference.html", context)


@require_safe
def try_operations(request: HttpRequest, product: str) -> HttpResponse:
    """GET /docs/reference/{product}/try"""
    try:
        config = products.by_name(product)
    except LookupError as error:
        raise Http404(product) from error
    return render(request, "docs/try.html", {"config": config})


@require_safe
def llms(request: HttpRequest) -> HttpResponse:
    """GET /llms.txt: the documentation for programs that read, as links to Markdown."""
    base = settings.PULSE_PUBLIC_URL
    lines = ["# Pulse", "", "> Five API products on one self-hosted deployment.", ""]
    for title, pages in library.contents():
        lines += [f"## {title}", ""]
        lines += [f"- [{one.title}]({base}/docs/{one.slug}.md): {one.summary}" for one in pages]
        lines.append("")
    lines += ["## API documents", ""]
    lines += [
        f"- [{config.title}]({base}/openapi/{config.product}.json): OpenAPI 3.1"
        for config in products.installed()
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def ecosystem(request: HttpRequest) -> HttpResponse:
    """GET /ecosystem"""
    return render(request, "docs/ecosystem.html", {"groups": event_catalogue.groups()})
