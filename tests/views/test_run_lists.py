"""The lists of imports and of exports: whose, and which of them."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.makers import make_csv, make_learner, make_qualification, make_run, make_user
from wagtail_regcert.importing import runs
from wagtail_regcert.models import ExportRun, ImportRun

pytestmark = pytest.mark.django_db

MANAGE, IMPORT, EXPORT = "manage_registration", "import_registration", "export_registration"
IMPORTS, RESULTS, EXPORTS = (
    reverse(f"wagtail_regcert:{name}") for name in ("imports", "imports_results", "exports")
)


def imported(name, user, **values):
    run = make_run(make_csv(["1", "2", "x"]), user=user)
    ImportRun.objects.filter(pk=run.pk).update(file_name=name, user_name=user.username, **values)
    return run


def rows(client, address):
    page = BeautifulSoup(client.get(address).content, "html.parser")
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.select("td")]
        for row in page.select("table.listing tbody tr")
    ]


def files(client, query):
    shown = [row[0] for row in rows(client, IMPORTS + query)]
    # What the page loads while one types is the same.
    assert [row[0] for row in rows(client, RESULTS + query)] == shown
    return sorted(shown)


@pytest.fixture
def admin(client):
    user = make_user(superuser=True, name="adele")
    client.force_login(user)
    return user


def test_imports_are_found_by_file_name_and_by_who_started_them(client, admin):
    imported("north.csv", admin)
    imported("south.csv", make_user(name="norbert"))
    imported("east.csv", admin)

    assert files(client, "?q=NOR") == ["north.csv", "south.csv"]
    assert files(client, "?q=adele") == ["east.csv", "north.csv"]
    assert files(client, "?q=west") == []
    assert files(client, "?q=" + "x" * 60_000) == []


def test_imports_are_narrowed_by_the_state_that_is_shown(client, admin):
    long_ago = timezone.now() - dt.timedelta(days=30)
    imported("waiting.csv", admin)
    imported("applied.csv", admin, state="committed")
    imported("applied-long-ago.csv", admin, state="committed", created_at=long_ago)
    imported("undone.csv", admin, state="committed", undo_state="done", created_at=long_ago)
    imported("forgotten.csv", admin, created_at=long_ago)
    imported("purged.csv", admin, state="expired")
    imported("erased.csv", admin, discarded_at=timezone.now())

    assert files(client, "?state=validated") == ["waiting.csv"]
    assert files(client, "?state=committed") == ["applied-long-ago.csv", "applied.csv"]
    assert files(client, "?state=done") == ["undone.csv"]
    assert files(client, "?state=expired") == ["erased.csv", "forgotten.csv", "purged.csv"]
    assert files(client, "?state=expired&state=validated&q=ing") == ["waiting.csv"]
    shown = {row[0]: row[4] for row in rows(client, IMPORTS)}
    assert shown["applied-long-ago.csv"] == shown["applied.csv"] == "Uploaded and applied"
    assert shown["undone.csv"] == "Undone"
    assert {shown[name] for name in ("forgotten.csv", "purged.csv", "erased.csv")} == {"Expired"}


def test_imports_are_narrowed_by_day_by_the_site_s_clock(client, admin):
    # Half past midnight on the second, British Summer Time.
    imported("second.csv", admin, created_at=dt.datetime(2026, 7, 1, 23, 30, tzinfo=dt.UTC))
    imported("first.csv", admin, created_at=dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.UTC))

    assert files(client, "?created_at_from=2026-07-02") == ["second.csv"]
    assert files(client, "?created_at_to=01/07/2026") == ["first.csv"]
    assert files(client, "?created_at_from=2026-07-01&created_at_to=2026-07-02") == [
        "first.csv",
        "second.csv",
    ]


@pytest.mark.parametrize("query", ["?state=nonsense", "?created_at_from=yesterday"])
def test_a_filter_that_is_not_right_lists_nothing(client, admin, query):
    imported("a.csv", admin)

    assert files(client, query) == []


def test_superusers_can_ask_for_their_own(client, admin):
    imported("mine.csv", admin)
    imported("other.csv", make_user())

    assert files(client, "?mine=on") == ["mine.csv"]
    assert files(client, "") == ["mine.csv", "other.csv"]


def test_no_filter_is_in_force_before_one_is_chosen(client, admin):
    imported("a.csv", admin)

    pills = [
        BeautifulSoup(client.get(IMPORTS + query).content, "html.parser").select(".w-pill")
        for query in ("", "?mine=on")
    ]

    assert [len(found) for found in pills] == [0, 1]


def test_nobody_else_finds_more_than_their_own(client):
    user = make_user(MANAGE, IMPORT)
    client.force_login(user)
    imported("mine.csv", user)
    imported("other.csv", make_user())

    for query in ("", "?q=csv", "?mine=on", "?state=validated"):
        assert files(client, query) == ["mine.csv"]
    assert BeautifulSoup(client.get(IMPORTS).content, "html.parser").select("[name=mine]") == []


def exported(user, **values):
    defaults = {"layout": "export", "records": 1, "filters": ""}
    return ExportRun.objects.create(
        user=user, user_name=user.username if user else "", **{**defaults, **values}
    )


def test_exporters_see_their_own_exports_and_superusers_all(client, admin):
    user = make_user(MANAGE, EXPORT, name="erin")
    exported(user, filters="status=achieved")
    exported(make_user(name="someone"))
    exported(None, filters="regcert_export ")

    everybodys = rows(client, EXPORTS)
    client.force_login(user)
    own = rows(client, EXPORTS)

    assert [row[1] for row in everybodys] == ["system", "someone", "erin"]
    assert [(row[1], row[5]) for row in own] == [("erin", "Status: Achieved")]


@pytest.mark.parametrize(("codenames", "is_offered"), [((MANAGE, EXPORT), True), ((MANAGE, IMPORT), False)])
def test_the_menu_leads_those_who_may_export_to_their_exports(client, codenames, is_offered):
    client.force_login(make_user(*codenames))

    home = client.get(reverse("wagtailadmin_home")).content.decode()

    assert (EXPORTS in home) == is_offered


@pytest.mark.parametrize("address", [IMPORTS, EXPORTS])
def test_a_list_takes_no_statement_for_each_row(client, admin, address):
    counts = []
    for many in (1, 49):
        for _number in range(many):
            imported("a.csv", admin)
            exported(admin, filters=f"qualification={make_qualification().pk}")
        with CaptureQueriesContext(connection) as statements:
            client.get(address)
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_the_listing_offers_only_imports_that_changed_something(client, admin):
    make_qualification(number="603/2942/X")
    row = ["603/2942/X", make_learner().uln, "Exempt"]
    done = [make_run(make_csv(row), user=admin) for _time in range(2)]
    for run in done:
        runs.begin_commit(run.pk)
        runs.commit(run.pk)
    imported("waiting.csv", admin)
    listing = reverse("wagtailsnippets_wagtail_regcert_registration:list")

    page = BeautifulSoup(client.get(listing).content, "html.parser")

    offered = [option["value"] for option in page.select("select[name=run] option")]
    assert offered == ["", str(done[0].pk)]
    # An address that somebody kept is still right.
    assert "There is no such import" not in client.get(f"{listing}?run={done[1].pk}").content.decode()
