"""Documentation: guides, quick starts, changelog, search, reference, and the event catalogue."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pulse import products
from pulse.http import openapi
from pulse.products import ProductConfig
from pulse.site import bruno, event_catalogue, library
from pulse.site import reference as reference_of
from pulse.site.library import Page

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
    context: dict[str, Any] = {
        "config": _product(product),
        "sections": reference_of.sections(product),
        "references": products.installed(),
    }
    return render(request, "docs/reference.html", context)


def _product(name: str) -> ProductConfig:
    try:
        return products.by_name(name)
    except LookupError as error:
        raise Http404(name) from error


@require_safe
def try_operation(request: HttpRequest, product: str, anchor: str) -> HttpResponse:
    """GET /docs/reference/{product}/try/{anchor}: a form that sends one operation's request."""
    config = _product(product)
    found = reference_of.find(product, anchor)
    if found is None:
        raise Http404(anchor)
    return render(request, "docs/try.html", {"config": config, "operation": found})


@require_safe
def bruno_collection(request: HttpRequest, product: str) -> HttpResponse:
    """GET /docs/reference/{product}/bruno.zip"""
    config = _product(product)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in bruno.collection(config.product).items():
            archive.writestr(f"pulse-{config.product}/{name}", library.here(text))
    disposition = f'attachment; filename="pulse-{config.product}-bruno.zip"'
    return HttpResponse(
        file.getvalue(),
        content_type="application/zip",
        headers={"Content-Disposition": disposition},
    )


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
