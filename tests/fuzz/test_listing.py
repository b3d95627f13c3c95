"""Hostile query strings and posted bodies for the listing, the export and the bulk action."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from django.contrib.auth import get_user
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz import strategies as fuzz
from tests.fuzz.steps import undone_afterwards
from tests.makers import make_csv, make_registration, make_run
from wagtail_regcert.models import (
    AwardingOrganisation,
    ExportRun,
    Learner,
    Programme,
    Qualification,
    Registration,
)

pytestmark = pytest.mark.django_db

LISTING = "/admin/registration-and-certification/"
BULK = "/admin/bulk/wagtail_regcert/registration/export/"
NAMES = (
    "q",
    "status",
    "awarding_organisation",
    "qualification",
    "programme",
    "run",
    "registration_date_from",
    "registration_date_to",
    "planned_achievement_date_from",
    "p",
    "ordering",
    "layout",
    "id",
    "export",
    "next",
    "_w_filter_fragment",
    "childOf",
)
LONG = {
    "10,000 letters": "x" * 10_000,
    "letters over SQLite's limit of a pattern": "x" * 50_001,
    "letters that grow over that limit": "ΐ" * 10_000,
    "wildcards": "%_\\" * 10_000,
    "5,000 words": "ab " * 5_000,
    "20 long words": ("x" * 2_600 + " ") * 20,
    "slashes and spaces": "/ " * 10_000,
    "emoji": "👩‍🎓" * 5_000,
    "digits": "9" * 10_000,
}
ODD = (
    "",
    "\0",
    "a\0b",
    "%",
    "_",
    "\\",
    "'",
    '"',
    "-1",
    "0",
    "10" * 15,
    "1" + "0" * 30,
    "9" * 5_000,
    "9223372036854775808",
    "1.5",
    "NaN",
    "٣",
    "²",
    "None",
    "all",
    "registered",
    "2026-02-30",
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "99999-01-01",
    "31/12/9999",
    "01/01/0001",
    "٢٠٢٦-٠١-٠١",
    "status",
    "-status",
    "learner__user__password",
    "?",
    "pk",
    "import",
    "xlsx",
    "csv",
    "8e6f0c8a-0000-4000-8000-000000000000",
    "//evil.example/",
    "javascript:alert(1)",
    "\u202e\ufeff\u200b",
    "ß",
    "İ",
    "<script>alert(1)</script>",
    "{{ 1 }}%s%(x)s",
)
RAW = ("%ED%A0%80", "%FF%FE", "%C0%80", "%", "%u0041", "%00", "&&&===;;;", "=%00&%00=1", "q", "+" * 500)
"""What stands in a query string as it is."""


def listed(client, query):
    """What each screen that reads the listing's query string answers: never an exception, never a 500."""
    codes = {}
    for path in (LISTING, f"{LISTING}results/", reverse("wagtail_regcert:export"), BULK):
        response = client.get(f"{path}?{query}")
        codes[path] = response.status_code
        if response.streaming:
            first = b"Qualification Number," if "layout=import" in query else b"Full name,"
            assert response.getvalue().startswith(b"\xef\xbb\xbf" + first)
    return codes


@pytest.fixture
def registration(everyone_may):
    return make_registration(registration_number="R1")


@pytest.mark.parametrize(("at", "name"), list(enumerate(NAMES)))
def test_odd_values_are_answered(everyone_may, registration, counts, at, name):
    # All of them take minutes: without REGCERT_FUZZ each name gets another part.
    for value in ODD if fuzz.ASKED else ODD[at % 6 :: 6]:
        query = urlencode([(name, value), *([("id", "all")] if name != "id" else [])])
        for path, code in listed(everyone_may, query).items():
            assert code in (200, 302, 400, 404), (path, query)
            counts["query strings answered"] += 1


MODELS = (Registration, Learner, Qualification, AwardingOrganisation, Programme)


@pytest.mark.parametrize("model", MODELS)
def test_keys_that_cannot_be_are_not_found(everyone_may, model):
    viewset = model.snippet_viewset
    names = [viewset.get_url_name(name) for name in ("edit", "delete", "history", "inspect", "usage")]
    names.append(viewset.chooser_viewset.get_url_name("chosen"))
    for path in (reverse(name, args=[0]) for name in names):
        for key in (
            "0",
            "x",
            "-1",
            "1" + "0" * 30,
            "9" * 5000,
            "9223372036854775808",
            "_2F",
            "٣",
            "1.0",
            "_00",
        ):
            assert everyone_may.get(path.replace("/0/", f"/{key}/")).status_code == 404, (path, key)


@pytest.mark.parametrize("model", MODELS)
def test_choosers_and_lists_answer_odd_searches(everyone_may, model):
    viewset = model.snippet_viewset
    chooser = viewset.chooser_viewset
    names = [chooser.get_url_name(name) for name in ("choose", "choose_results", "chosen_multiple")]
    values = ("a\0b", "x" * 50_001, "ab " * 5000, "%", "ΐ" * 10_000, "9" * 30, "-1")
    for path in (*map(reverse, names), reverse(viewset.get_url_name("list"))):
        for name in ("q", "p", "id", "ordering"):
            # Searches take all values, with REGCERT_FUZZ the others too.
            for value in values if fuzz.ASKED or name == "q" else ["a\0b"]:
                code = everyone_may.get(path, {name: value}).status_code
                assert code in (200, 302, 400, 404), (path, name, value[:10])


@pytest.mark.parametrize("query", RAW)
def test_broken_query_strings_are_answered(everyone_may, registration, query):
    for prefix in ("", "id=all&", "id=all&q="):
        assert set(listed(everyone_may, prefix + query).values()) <= {200, 302, 400, 404}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_search_for_a_long_text_finds_nothing(everyone_may, registration, text, method):
    send = getattr(everyone_may, method)

    exported = send(BULK, {"id": "all", "q": text})

    assert exported.getvalue().count(b"\r\n") == 1
    assert ExportRun.objects.get().records == 0
    listing = everyone_may.get(LISTING, {"q": text})
    assert listing.status_code == 200
    assert listing.context["items_count"] == 0


def test_a_query_string_may_name_things_many_times(everyone_may, registration):
    many = "&".join(["status=registered"] * 400 + ["status=nope"] * 400)

    assert everyone_may.get(f"{LISTING}?{many}").status_code == 200
    assert everyone_may.get(f"{BULK}?id=all&{many}").status_code == 302
    assert not ExportRun.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_flood_of_keys_is_refused_or_exported(everyone_may, registration, settings, method):
    send = getattr(everyone_may, method)
    keys = [registration.pk, *range(10**9, 10**9 + 20_000)]

    assert send(BULK, {"id": keys}).status_code == 400

    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = None
    assert send(BULK, {"id": keys}).getvalue().count(b"\r\n") == 2
    assert send(BULK, {"id": [*keys, "x"]}).status_code == 302
    assert send(BULK, {"id": [*keys, "9" * 30]}).status_code == 302


def test_any_query_string_is_answered(everyone_may, registration, counts):
    values = st.one_of(st.sampled_from(ODD), st.text(max_size=10))
    pairs = st.lists(st.tuples(st.sampled_from(NAMES), values), max_size=5)
    raw = st.text(st.characters(max_codepoint=127, min_codepoint=33), max_size=30)

    @fuzz.examples(2)
    @given(pairs=pairs, raw=raw)
    def are_answered(pairs, raw):
        query = urlencode(pairs) + "&" + quote(raw, safe="%&=;+?")
        with undone_afterwards():
            for path, code in listed(everyone_may, query).items():
                assert code in (200, 302, 400, 404), (path, query)
                counts["query strings answered"] += 1

    are_answered()
    assert Registration.objects.get() == registration


REPORT_QUERIES = (
    "p=" + "9" * 5000,
    "ordering=" + "row,-row,column," * 2000,
    "ordering=%00&kind=%00&tab=%00&p=%00",
    "kind=-1&kind=1e9",
    "&".join(["tab=changes"] * 900),
    "tab=warnings&p=%D9%A3",
    "%ED%A0%80=%ED%A0%80",
)


@pytest.mark.parametrize("query", REPORT_QUERIES)
def test_the_report_answers_odd_query_strings(everyone_may, query):
    run = make_run(make_csv(["x", "y", "z"], ["a", "", "Registered"]), user=get_user(everyone_may))

    page = everyone_may.get(reverse("wagtail_regcert:import_report", args=[run.pk]) + "?" + query)

    assert page.status_code == 200
