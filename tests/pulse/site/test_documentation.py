from __future__ import annotations

import io
import re
import zipfile

import pytest
from django.conf import settings
from django.test import Client

from pulse import products
from pulse.site import error_catalogue, library, reference

PAGES = [
    "/docs",
    "/docs/changelog",
    "/ecosystem",
    "/docs/search?q=idempotency",
    *[f"/docs/{slug}" for slug in library.slugs()],
    *[f"/docs/reference/{config.product}" for config in products.installed()],
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_without_a_session(db, path):
    assert Client().get(path).status_code == 200


@pytest.mark.parametrize("slug", [*library.slugs(), "changelog"])
def test_every_page_is_also_markdown(db, slug):
    response = Client().get(f"/docs/{slug}.md")

    assert response["Content-Type"] == "text/markdown; charset=utf-8"
    assert response.content.decode().startswith("# ")


@pytest.mark.parametrize("product", [config.product for config in products.installed()])
def test_every_operation_has_a_form_to_try_it(db, product):
    operations = [one for section in reference.sections(product) for one in section.operations]
    anchors = [one.anchor for one in operations]
    listed = Client().get(f"/docs/reference/{product}").content.decode()

    assert re.findall(rf'href="/docs/reference/{product}/try/([^"]+)"', listed) == anchors
    assert len(set(anchors)) == len(anchors)
    for operation in {(one.method, one.secured): one for one in operations}.values():
        path = f"/docs/reference/{product}/try/{operation.anchor}"
        html = Client().get(path).content.decode()
        assert f'data-method="{operation.method}"' in html, path
        assert ('id="key"' in html) == operation.secured, path


@pytest.mark.parametrize("product", [config.product for config in products.installed()])
def test_a_bruno_collection_has_a_file_for_every_operation(db, product):
    answer = Client().get(f"/docs/reference/{product}/bruno.zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    operations = [one for section in reference.sections(product) for one in section.operations]

    requests = [name for name in archive.namelist() if name.count("/") == 2]
    names = {name.rpartition("/")[2] for name in requests} - {"Local.bru"}
    assert names == {f"{one.anchor}.bru" for one in operations}
    assert len(requests) == len(operations) + 1
    local = archive.read(f"pulse-{product}/environments/Local.bru").decode()
    assert f"base: {settings.PULSE_PUBLIC_URL}\n" in local


def test_the_contents_are_found_with_a_slash_too(db):
    assert Client().get("/docs/")["Location"] == "/docs"


def test_an_unknown_page_is_not_found(db):
    for path in (
        "/docs/nothing",
        "/docs/nothing.md",
        "/docs/reference/nothing",
        "/docs/reference/hr/try/nothing",
        "/docs/../etc",
    ):
        assert Client().get(path).status_code == 404


def test_every_link_inside_the_documentation_leads_somewhere(db):
    known = {path.partition("?")[0] for path in PAGES} | {"/docs/changelog", "/llms.txt"}
    broken = []
    for slug in library.slugs():
        for target in re.findall(r'href="(/docs[^"]*)"', library.page(slug).html):
            path, _, anchor = target.partition("#")
            if path not in known or (
                anchor and f'id="{anchor}"' not in Client().get(path).content.decode()
            ):
                broken.append((slug, target))

    assert broken == []


def test_every_code_of_every_product_has_an_anchor(db):
    html = library.page("errors").html
    for config in products.installed():
        for code in error_catalogue.codes_of(config):
            anchor = re.sub(r"[^a-z0-9_]+", "-", f"{config.title} {code.name}".lower())
            assert f'id="{anchor}"' in html, anchor


def test_markup_in_a_page_is_shown_as_text():
    page = library.from_markdown("x", "# T\n\n<script>alert(1)</script>\n\n`</code><b>`\n")

    assert "<script>" not in page.html
    assert "<b>" not in page.html


def test_search_finds_sections_with_every_word():
    hits = library.search("signature rotation")

    assert hits[0].path.startswith("/docs/webhooks#")
    assert library.search("zzz-nowhere") == []
    assert library.search("  ") == []


def test_llms_txt_links_every_page_as_markdown(db):
    text = Client().get("/llms.txt").content.decode()

    assert all(f"/docs/{slug}.md" in text for slug in library.slugs())
    assert all(f"/openapi/{config.product}.json" in text for config in products.installed())


def test_the_start_page_shows_a_first_call_for_each_product(db):
    html = Client().get("/").content.decode()

    assert html.count("curl") >= len(products.installed())
