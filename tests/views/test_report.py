"""The report and the result: what they show, narrowed and grouped, and what they say when all is done."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.makers import make_csv, make_learner, make_qualification, make_registration, make_run, make_user
from wagtail_regcert.importing import runs
from wagtail_regcert.models import ImportRun, Qualification, Registration

pytestmark = pytest.mark.django_db

SECRET = "4242424242"


@pytest.fixture
def importer(client):
    user = make_user("manage_registration", "import_registration")
    client.force_login(user)
    return user


@pytest.fixture
def learner():
    make_qualification(number="603/2942/X", title="Maths")
    return make_learner(uln=SECRET)


def address(run, name="import_report"):
    return reverse(f"wagtail_regcert:{name}", args=[run.pk])


def page_of(client, run, query=""):
    return BeautifulSoup(client.get(address(run) + query).content, "html.parser")


def texts(page, selector):
    return [" ".join(found.get_text(" ").split()) for found in page.select(selector)]


def query_of(page, words):
    """The query string that the one link with these words leads to."""
    (link,) = [link for link in page.select("a") if " ".join(link.get_text().split()) == words]
    return link["href"].partition("#")[0]


def table(page):
    """The cells of the report's table, row by row."""
    return [texts(row, "td") for row in page.select(".regcert-table tbody tr")]


def test_errors_are_grouped_by_value(client, importer, learner):
    rows = [["603/2942/X", f"7{number}", "Enrolled"] for number in range(7)]
    run = make_run(make_csv(*rows, ["603/2942/X", SECRET, "Nope"]), user=importer)

    one_by_one, by_value = page_of(client, run), page_of(client, run, "?tab=errors&by=value")

    assert len(table(one_by_one)) == 15
    ((column, value, times, first, wrong),) = table(by_value)
    assert (column, value, times, first) == ("Status", "Enrolled", "7", "2, 3, 4, 5, 6, …")
    assert wrong.startswith("This is not one of the statuses.")
    assert table(page_of(client, run, query_of(one_by_one, "Group equal values"))) == table(by_value)


def test_groups_can_be_narrowed_to_a_kind_and_a_column(client, importer, learner):
    run = make_run(make_csv(*[["1", SECRET, "Nope", "", "1/2/25"]] * 3), user=importer)

    all_of_them = page_of(client, run, "?tab=errors&by=value")
    dates = page_of(client, run, "?tab=errors&by=value&kind=bad_date&column=Registration+date")

    assert [row[0] for row in table(all_of_them)] == ["Qualification Number", "Status", "Registration date"]
    assert [row[:3] for row in table(dates)] == [["Registration date", "1/2/25", "3"]]


def test_rows_that_are_wrong_as_a_whole_are_one_group_under_the_name_of_the_kind(client, importer, learner):
    run = make_run(make_csv(*[["603/2942/X", SECRET, "Achieved"]] * 3), user=importer)

    assert table(page_of(client, run, "?tab=errors&by=value")) == [
        ["(whole row)", "", "3", "2, 3, 4", "The same in several rows"]
    ]


def test_a_report_without_equal_errors_offers_no_groups(client, importer, learner):
    run = make_run(make_csv(["603/2942/X", SECRET, "Nope"]), user=importer)

    page = page_of(client, run, "?tab=errors&by=value")

    assert [row[2] for row in table(page)] == ["Nope"]
    assert "Group equal values" not in page.get_text()


def test_sorted_by_column_rows_stay_in_order_whatever_is_wrong_with_them(client, importer, learner):
    rows = [["603/2942/X", SECRET, status] for status in ("Nope", "", "Nope", "")]
    run = make_run(make_csv(*rows, ["1", SECRET, "Exempt"]), user=importer)

    column, back = (table(page_of(client, run, f"?tab=errors&ordering={way}column")) for way in ("", "-"))

    assert [row[:2] for row in column if row[1] == "Status"] == [[f"{row}", "Status"] for row in range(2, 6)]
    assert [row[0] for row in back if row[1] == "Status"] == ["2", "3", "4", "5"]
    assert [row[1] for row in column] == sorted(row[1] for row in column)


@pytest.fixture
def changing(importer, learner):
    """A run whose three records create, update, and update and clear, in this order."""
    maths = Qualification.objects.get()
    updated, cleared = make_learner(uln="71"), make_learner(uln="72")
    make_registration(learner=updated, qualification=maths)
    make_registration(
        learner=cleared, qualification=maths, registration_number="R", achieved_date=dt.date(2025, 1, 2)
    )
    return make_run(make_csv(*(["603/2942/X", uln, "Exempt"] for uln in (SECRET, "71", "72"))), user=importer)


@pytest.mark.parametrize(
    ("change", "rows"),
    [("", "234"), ("new", "2"), ("updated", "34"), ("cleared", "4"), ("nonsense", "234")],
)
@pytest.mark.parametrize("is_committed", [False, True])
def test_changes_are_narrowed_to_new_updated_or_clearing_records(
    client, changing, change, rows, is_committed
):
    if is_committed:
        runs.begin_commit(changing.pk)
        runs.commit(changing.pk)

    page = page_of(client, changing, f"?tab=changes&change={change}")

    assert texts(page, ".regcert-table th[scope=rowgroup]") == list(rows)
    lose = "Lost" if is_committed else "Lose"
    assert texts(page, ".regcert-kinds a") == [
        "3 All changes",
        "1 New",
        "2 Updated",
        f"1 {lose} stored values",
    ]


def test_the_number_of_values_to_be_cleared_leads_to_their_records(client, changing):
    page = page_of(client, changing)

    for words in ("This removes 2 stored values.", "2"):
        narrowed = page_of(client, changing, query_of(page, words))
        assert texts(narrowed, "th[scope=rowgroup]") == ["4"]


def test_numbers_of_what_is_wrong_lead_to_it(client, importer, learner):
    wrong = make_run(
        make_csv(["603/2942/X", SECRET, "Nope"], ["603/2942/X", "9", "Nope"]),
        user=importer,
    )

    page = page_of(client, wrong)
    links = {
        count.select_one("dt").get_text(): count.select_one("dd a")["href"]
        for count in page.select(".regcert-counts > div")
        if count.select_one("dd a")
    }

    assert links == {"Rejected": "?tab=errors#regcert-tab", "Errors": "?tab=errors#regcert-tab"}


def test_nothing_rejected_is_no_alarm_and_something_rejected_is_one(client, importer, learner):
    right = make_run(make_csv(["603/2942/X", SECRET, "Exempt"]), user=importer)
    wrong = make_run(make_csv(["603/2942/X", SECRET, "Nope"]), user=importer)

    alarms = [page_of(client, run).select(".regcert-counts__rejected") for run in (right, wrong)]

    assert [len(found) for found in alarms] == [0, 1]


def test_a_legend_says_what_the_bar_shows(client, importer, learner):
    run = make_run(make_csv(["603/2942/X", SECRET, "Exempt"], ["1", SECRET, "x"]), user=importer)

    assert texts(page_of(client, run), ".regcert-legend li") == ["New 1", "Rejected 1"]


def test_a_report_says_how_the_text_was_read(client, importer, learner):
    run = make_run(make_csv(["603/2942/X", SECRET, "Exempt"]), user=importer)
    ImportRun.objects.update(encoding="cp1252")

    assert "Text read as Windows-1252 (Western European)." in page_of(client, run).get_text()


def commit(client, run, callbacks):
    with callbacks(execute=True):
        client.post(address(run, "import_commit"))


def test_the_result_opens_once_with_a_message_of_success(
    client, importer, learner, django_capture_on_commit_callbacks
):
    run = make_run(make_csv(["603/2942/X", SECRET, "Exempt"]), user=importer)

    commit(client, run, django_capture_on_commit_callbacks)
    first, second = texts(page_of(client, run), ".messages li"), texts(page_of(client, run), ".messages li")

    assert first == ["The file was uploaded: 1 created, 0 updated, 0 unchanged."]
    assert second == []


def test_what_was_not_applied_is_said_with_it(client, importer, learner, django_capture_on_commit_callbacks):
    run = make_run(make_csv(["603/2942/X", SECRET, "Exempt"]), user=importer)
    Registration.objects.create(learner=learner, qualification=Qualification.objects.get())

    commit(client, run, django_capture_on_commit_callbacks)

    (text,) = texts(page_of(client, run), ".messages li.warning")
    assert text.startswith(
        "The file was uploaded: 0 created, 0 updated, 0 unchanged. 1 record was not applied"
    )


def test_a_worker_that_takes_its_time_is_waited_for_and_a_failure_is_no_success(client, importer, learner):
    run = make_run(make_csv(["603/2942/X", SECRET, "Exempt"]), user=importer)
    client.post(address(run, "import_commit"))
    waiting = texts(page_of(client, run), ".messages li")

    ImportRun.objects.update(state="failed", failure="Broken.")
    failed = texts(page_of(client, run), ".messages li")
    ImportRun.objects.update(state="committed")
    later = texts(page_of(client, run), ".messages li")

    assert (waiting, failed, later) == ([], [], [])


@pytest.mark.parametrize("query", ["?tab=errors&by=value", "?tab=changes&change=cleared", "?tab=warnings"])
def test_a_report_takes_no_statement_for_each_row(client, importer, learner, query):
    maths = Qualification.objects.get()
    counts = []
    for many in (1, 500):
        rows = []
        for _number in range(many):
            one = make_registration(qualification=maths, registration_number="R")
            rows.append(["603/2942/X", one.learner.uln, "Achieved"])
            rows += [["1", "2", f"Nope {one.pk}"]] * 2
        run = make_run(make_csv(*rows), user=importer)
        with CaptureQueriesContext(connection) as statements:
            assert client.get(address(run) + query).status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_results_that_nobody_looks_at_do_not_fill_a_session_kept_in_a_cookie(
    client, learner, settings, django_capture_on_commit_callbacks
):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    user = make_user("manage_registration", "import_registration")
    client.force_login(user)
    several = [make_run(make_csv(["603/2942/X", SECRET, "Exempt", f"R{n}"]), user=user) for n in range(40)]

    for run in several:
        commit(client, run, django_capture_on_commit_callbacks)

    assert len(client.cookies[settings.SESSION_COOKIE_NAME].value) < 2000
    assert len(texts(page_of(client, several[-1]), ".messages li")) == 1
