"""Import and Update over HTTP: every route for every role, every state, every fault."""

import csv
import datetime as dt
import html
import re
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone

from tests.makers import (
    make_csv,
    make_learner,
    make_qualification,
    make_registration,
    make_run,
    make_user,
)
from wagtail_regcert.importing import runs
from wagtail_regcert.layouts import QUALIFICATIONS
from wagtail_regcert.models import ImportRun, Qualification, Registration

pytestmark = pytest.mark.django_db

MANAGE, IMPORT, EXPORT = "manage_registration", "import_registration", "export_registration"
RUN_ROUTES = (
    "import_report",
    "import_status",
    "import_commit",
    "import_retry",
    "import_cancel",
    "import_errors",
    "import_rejected",
    "import_warnings",
)
SECRET = "4242424242"


def url(name, run=None):
    return reverse(f"wagtail_regcert:{name}", args=[run.pk] if run else [])


def report_row():
    return ["603/2942/X", SECRET, "Registered", "R1", "01/09/2025"]


@pytest.fixture
def importer(client):
    user = make_user(MANAGE, IMPORT)
    client.force_login(user)
    return user


@pytest.fixture
def learner():
    make_qualification(number="603/2942/X", title="Maths")
    return make_learner(uln=SECRET)


def upload(client, data, name="file.csv", separator="comma", capture=None, **extra):
    file = SimpleUploadedFile(name, data, content_type="text/csv")
    return client.post(url("import"), {"file": file, "separator": separator, **extra})


@pytest.mark.parametrize("codenames", [(), (MANAGE,), (IMPORT,), (EXPORT,), (MANAGE, EXPORT)])
def test_without_both_roles_every_route_is_refused(client, learner, codenames):
    user = make_user(*codenames)
    run = make_run(make_csv(report_row(), ["1", SECRET, "x"]), user=user)
    client.force_login(user)

    for name in RUN_ROUTES:
        for response in (client.get(url(name, run)), client.post(url(name, run))):
            assert response.status_code in (302, 403), name
            assert SECRET not in response.content.decode()
            assert not response.get("Location", "").endswith(url("import_report", run)), name
    for name in ("import", "imports", "import_sample"):
        assert client.get(url(name)).status_code in (302, 403), name
    assert upload(client, make_csv(report_row())).status_code in (302, 403)
    assert ImportRun.objects.get().state == "validated"


def test_another_persons_run_is_refused(client, importer, learner):
    run = make_run(make_csv(report_row(), ["1", SECRET, "x"]), user=make_user(MANAGE, IMPORT))

    for name in RUN_ROUTES:
        for response in (client.get(url(name, run)), client.post(url(name, run))):
            assert response.status_code in (302, 403), name
            assert SECRET not in response.content.decode()
    run.refresh_from_db()
    assert run.state == "validated"
    assert "file.csv" not in client.get(url("imports")).content.decode()


def test_superusers_see_and_finish_all_runs(admin_client, learner):
    run = make_run(make_csv(report_row()), user=make_user(MANAGE, IMPORT))

    assert SECRET in admin_client.get(url("import_report", run) + "?tab=changes").content.decode()
    assert "file.csv" in admin_client.get(url("imports")).content.decode()
    admin_client.post(url("import_cancel", run))
    run.refresh_from_db()
    assert run.state == "cancelled"


def test_a_file_is_uploaded_validated_and_committed(
    client, importer, learner, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = upload(client, make_csv(report_row(), ["603/2942/X", "7", "Nope"]))
    run = ImportRun.objects.get()
    report = client.get(response["Location"])
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("import_commit", run))
        client.post(url("import_commit", run))
    result = client.get(url("import_report", run))

    assert response["Location"] == url("import_report", run)
    assert "Upload 1 accepted record" in report.content.decode()
    assert "There is no learner with this ULN" in report.content.decode()
    assert "Import Result" in result.content.decode()
    registration = Registration.objects.get()
    assert (registration.learner, registration.registration_number) == (learner, "R1")
    assert registration.registration_date == dt.date(2025, 9, 1)


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"x", "file.xlsx", "must be a CSV"),
        (b"x" * 2_097_152, "file.csv", "must be smaller than 2MB"),
        (b"", "file.csv", "is empty"),
        (b"PK\x03\x04", "file.csv", "Excel workbook"),
        (b"a,\x81", "file.csv", "cannot be read"),
        (b'"a', "file.csv", "never closed"),
        (b"a,b\n1,2", "file.csv", "These headings are missing: “Qualification Number”"),
        (make_csv(), "file.csv", "no records"),
    ],
)
def test_a_fault_of_the_file_is_told_and_nothing_is_stored(client, importer, data, name, says):
    response = upload(client, data, name=name)

    page = response.content.decode()
    assert response.status_code == 200
    assert says in page
    assert "<title>Error: " in " ".join(page.split()).replace("<title> ", "<title>")
    assert "There is a problem" in page
    assert not ImportRun.objects.exists()


def test_no_file_or_two_files_or_a_strange_separator_are_told(client, importer):
    nothing = client.post(url("import"), {"separator": "comma"})
    two = client.post(
        url("import"),
        {"file": [SimpleUploadedFile(f"{n}.csv", make_csv()) for n in "ab"], "separator": "comma"},
    )
    strange = upload(client, make_csv(), separator="colon")

    assert "Select a file." in nothing.content.decode()
    assert "Select one file only." in two.content.decode()
    assert strange.status_code == 200
    assert not ImportRun.objects.exists()


def test_status_is_json_without_errors(client, importer, learner):
    run = make_run(make_csv(report_row(), ["1", "2", "3"]), user=importer)

    answer = client.get(url("import_status", run)).json()

    assert answer == {
        "fatal": None,
        "rows": 2,
        "accepted": 1,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": 1,
        "cleared": 0,
        "conflicts": 0,
        "notes": [],
        "encoding": "utf-8",
        "committed": False,
        "answers": None,
        "run": str(run.pk),
        "state": "validated",
        "progress": {"done": 2, "total": 2},
    }


NOTED = ["603/2942/X", SECRET, "Registered", "Zoë", "02/03/2025"]


def notes_on(client, run):
    """What the report of a run says above all, with the links in it."""
    section = re.search(
        r'<section class="regcert-notes".*?</section>', client.get(url("import_report", run)).text, re.S
    )
    return html.unescape(section.group()) if section else ""


def test_notes_that_ask_for_a_decision_are_in_the_report_and_no_more_in_the_result(client):
    tables = ("qualification", "awardingorganisation")
    user = make_user(
        MANAGE, IMPORT, *(f"{action}_{table}" for table in tables for action in ("add", "change"))
    )
    client.force_login(user)
    data = make_csv(["601/3688/1", "Joinery", "A new one"], layout=QUALIFICATIONS)
    run = make_run(data, user=user, about="qualifications")
    before = notes_on(client, run)

    runs.begin_commit(run.pk)
    runs.commit(run.pk)

    assert "“A new one”" in before
    assert notes_on(client, run) == ""


def test_notes_on_the_file_stand_above_the_report_and_in_its_status(client, importer, learner):
    run = make_run(
        make_csv(NOTED, ["603/2942/X", "1", "x", "", "09/15/2025"], encoding="cp1252"), user=importer
    )

    shown = notes_on(client, run)
    answer = client.get(url("import_status", run)).json()

    assert [(note["code"], note["column"], note["count"]) for note in answer["notes"]] == [
        ("guessed_encoding", "", 1),
        ("day_month_order", "Registration date", 1),
    ]
    assert [note["message"] for note in answer["notes"] if note["message"] not in shown] == []
    assert "“Zoë”" in shown


def test_a_report_without_notes_has_no_place_for_them(client, importer, learner):
    assert notes_on(client, make_run(make_csv(report_row()), user=importer)) == ""


@pytest.mark.parametrize("is_own", [True, False])
def test_an_earlier_import_of_the_file_is_linked_only_for_who_may_see_it(client, importer, learner, is_own):
    data = make_csv(report_row())
    earlier = make_run(data, user=importer if is_own else make_user(MANAGE, IMPORT, name="secret-name"))
    runs.begin_commit(earlier.pk)
    runs.commit(earlier.pk)

    shown = notes_on(client, make_run(data, user=importer))

    assert "was uploaded 1 time before, on " in shown
    assert (url("import_report", earlier) in shown) == is_own
    assert "secret-name" not in shown


def test_notes_are_unreadable_once_the_run_has_expired(client, importer, learner, settings):
    run = make_run(make_csv(NOTED, encoding="cp1252"), user=importer)
    ImportRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - dt.timedelta(days=8))

    assert client.get(url("import_status", run)).json()["notes"] == []
    assert notes_on(client, run) == ""


def test_errors_and_rejected_records_are_downloads_that_can_be_read_again(client, importer, learner):
    run = make_run(make_csv(report_row(), ["'=1", SECRET, "x", "+44"]), user=importer)

    errors = client.get(url("import_errors", run))
    rejected = client.get(url("import_rejected", run))

    for response in (errors, rejected):
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Disposition"].startswith("attachment; ")
        assert "no-store" in response["Cache-Control"]
    text = errors.getvalue().decode("utf-8-sig").splitlines()
    assert text[0] == "Row,Column,Value,Error,Qualification Number,ULN"
    assert text[1].startswith("3,Qualification Number,'=1,\"There is no qualification")
    assert text[1].endswith(f"\",'=1,{SECRET}")
    assert rejected.getvalue().decode("utf-8-sig").splitlines()[1].startswith(f"'=1,{SECRET},x,'+44,,,,,,,3,")


def csv_rows(response):
    return list(csv.reader(StringIO(response.getvalue().decode("utf-8-sig"), newline="")))


def test_files_of_problems_name_the_registration_of_each_row_as_the_file_does(client, importer, learner):
    run = make_run(
        make_csv(
            [""],
            ["603/2942/X", f' ="{SECRET}" ', "Achieved"],
            ["603/2942/X\xa0", "", "x"],
            ["603/2942/X", "7", "Achieved", "a\nb"],
        ),
        user=importer,
    )

    headings, *errors = csv_rows(client.get(url("import_errors", run)))
    same_headings, *warnings = csv_rows(client.get(url("import_warnings", run)))

    assert headings == same_headings == ["Row", "Column", "Value", "Error", "Qualification Number", "ULN"]
    assert [(row[0], row[1], *row[4:]) for row in errors] == [
        ("4", "ULN", "603/2942/X", ""),
        ("4", "Status", "603/2942/X", ""),
        ("5", "ULN", "603/2942/X", "7"),
        ("5", "Registration number", "603/2942/X", "7"),
    ]
    assert [(*row[:3], *row[4:]) for row in warnings] == [
        ("3", "ULN", SECRET, "603/2942/X", SECRET),
        ("3", "Achieved date", "", "603/2942/X", SECRET),
    ]
    assert all(row[3] for row in [*errors, *warnings])


def test_a_file_of_problems_takes_no_statement_for_each(client, importer, learner):
    counts = []
    for many in (1, 500):
        run = make_run(make_csv(*[["1", SECRET, "x"]] * many), user=importer)
        with CaptureQueriesContext(connection) as statements:
            client.get(url("import_errors", run)).getvalue()
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_a_get_on_commit_or_cancel_leads_to_the_report(client, importer, learner):
    run = make_run(make_csv(report_row()), user=importer)

    for name in ("import_commit", "import_retry", "import_cancel"):
        assert client.get(url(name, run))["Location"] == url("import_report", run)
    run.refresh_from_db()
    assert run.state == "validated"


def test_an_expired_run_is_unreadable_at_once(client, importer, learner):
    run = make_run(make_csv(report_row(), ["1", SECRET, "x"]), user=importer)
    ImportRun.objects.update(created_at=timezone.now() - dt.timedelta(days=7))

    report = client.get(url("import_report", run)).content.decode()
    client.post(url("import_commit", run))

    assert "has expired" in report
    assert SECRET not in report
    assert client.get(url("import_errors", run)).status_code == 302
    assert client.get(url("import_rejected", run)).status_code == 302
    assert client.get(url("import_status", run)).json()["state"] == "expired"
    assert not Registration.objects.exists()


@pytest.mark.parametrize("state", [state.value for state in ImportRun.State])
@pytest.mark.parametrize(
    "query", ["", "?tab=changes&p=99", "?tab=warnings", "?kind=77&p=x&ordering=-code,column"]
)
def test_the_page_of_a_run_opens_in_every_state(client, importer, learner, state, query):
    run = make_run(make_csv(report_row(), ["1", SECRET, "x"]), user=importer)
    ImportRun.objects.update(state=state)

    for name in ("import_report", "import_status", "import_errors", "import_rejected", "import_warnings"):
        assert client.get(url(name, run) + query).status_code in (200, 302), name


def test_a_run_that_does_not_exist_is_not_found(client, importer):
    missing = "8e6f0c8a-0000-4000-8000-000000000000"

    for name in RUN_ROUTES:
        assert client.get(reverse(f"wagtail_regcert:{name}", args=[missing])).status_code == 404


def test_values_and_names_are_escaped(client, importer, learner):
    data = make_csv(["<script>alert(1)</script>", SECRET, "<b>x</b>"])
    upload_name = "<img src=x onerror=alert(1)>.csv"
    upload(client, data, name=upload_name)
    run = make_run(data, user=importer)

    page = client.get(url("import_report", run)).content.decode()

    assert "<script>alert(1)" not in page
    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_the_sample_file_validates_in_form(client, importer):
    sample = client.get(url("import_sample")).getvalue()

    run = make_run(sample)

    assert {code for code, _column, _count in run.error_kinds} <= {"unknown_qualification", "unknown_learner"}


@pytest.mark.parametrize("name", [".csv", "..csv", "...csv", "€€.csv", "a" * 300 + ".csv", 'a"b\r\n;c.csv'])
def test_any_file_name_gives_a_download_with_a_safe_name(client, importer, learner, name):
    run = make_run(make_csv(["1", SECRET, "x"]), user=importer)
    ImportRun.objects.filter(pk=run.pk).update(file_name=name[-255:])

    for route in ("import_errors", "import_rejected"):
        response = client.get(url(route, run))

        assert response.status_code == 200
        assert response["Content-Disposition"].startswith("attachment; filename")
        assert not set("/\\\r\n") & set(response["Content-Disposition"])


def test_the_title_of_an_expired_run_says_so(client, importer, learner):
    run = make_run(make_csv(report_row()), user=importer)
    ImportRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - dt.timedelta(days=8))

    assert "Import expired" in client.get(url("import_report", run)).content.decode()


@pytest.mark.parametrize("name", ["import", "import_commit", "import_retry", "import_cancel"])
def test_what_writes_runs_is_not_wrapped_in_the_transaction_of_the_request(name):
    args = ["8e6f0c8a-0000-4000-8000-000000000000"] if name != "import" else []

    view = resolve(reverse(f"wagtail_regcert:{name}", args=args)).func

    assert view._non_atomic_requests == {"default"}


def test_a_commit_that_failed_offers_another_try(client, importer, learner):
    run = make_run(make_csv(report_row()), user=importer)
    ImportRun.objects.update(state="failed", failure="Something went wrong.")

    page = client.get(url("import_report", run)).content.decode()

    assert "Something went wrong." in page
    assert "Try again" in page


def test_what_the_form_says_of_a_file_it_says_once_and_in_one_form(client, importer):
    page = client.get(url("import")).content.decode()

    assert "CSV, smaller than 2MB" in page
    assert "must be smaller than 2MB" in page
    assert page.count("Not registered, Registered, Achieved, Certificate Claimed") == 1
    assert "One of these values: Not registered" in page


@pytest.mark.parametrize("name", ["ann", ""])
def test_the_result_says_who_uploaded_it_unless_nobody_did(client, importer, learner, name):
    run = make_run(make_csv(report_row()), user=importer)
    moment = dt.datetime(2026, 8, 31, 12, 0, tzinfo=dt.UTC)
    ImportRun.objects.update(state="committed", user_name=name, finished_at=moment)

    page = client.get(url("import_report", run)).content.decode()

    assert ("Uploaded by ann on 31/08/2026 13:00" if name else "Uploaded on 31/08/2026 13:00") in page


def hrefs(page, words):
    """Where links with these words lead."""
    return [html.unescape(href) for href in re.findall(rf'<a href="([^"]*)"[^>]*>{words}</a>', page)]


def test_the_report_is_paged_and_sorted_by_its_links(client, importer):
    rows = [["603/2942/X", f"7{number}", "Nonsense"] for number in range(60)]
    run = make_run(make_csv(*rows), user=importer)
    address = url("import_report", run)

    first = client.get(f"{address}?tab=errors&kind=bad_status").content.decode()
    (following,) = hrefs(first, "Next")
    second = client.get(address + following).content.decode()
    (by_row,) = hrefs(first, "Row")
    backwards = client.get(address + by_row).content.decode()

    assert following == "?tab=errors&kind=bad_status&p=2#regcert-tab"
    assert hrefs(first, "Last") == hrefs(first, "Next")
    assert (
        hrefs(second, "First") == hrefs(second, "Previous") == ["?tab=errors&kind=bad_status&p=1#regcert-tab"]
    )
    assert by_row.endswith("#regcert-tab")
    assert "Page 2 of 2" in second
    assert re.findall(r"<tr><td>(\d+)</td>", backwards)[:2] == ["61", "60"]


def cells(page):
    """The texts of the cells of a page's only table, row by row."""
    rows = re.findall(r"<tr.*?</tr>", page[page.index("<tbody>") :], re.DOTALL)
    return [
        [
            " ".join(re.sub("<[^>]*>", " ", cell).split())
            for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)
        ]
        for row in rows
    ]


@pytest.mark.parametrize("state", [state.value for state in ImportRun.State])
def test_the_list_of_imports_counts_as_done_only_what_was(client, importer, learner, state):
    make_run(make_csv(report_row(), ["1", SECRET, "x"]), user=importer)
    ImportRun.objects.update(state=state, created=11, updated=12, unchanged=13, cleared=14, conflicts=15)

    (row,) = cells(client.get(url("imports")).content.decode())

    done = ["11", "12", "13", "14", "15"] if state == "committed" else [""] * 5
    assert row[5:] == ["2", *done, "1", "2"]


def bar(page):
    """Name, beginning and length of each part of the bar."""
    parts = re.findall(r'<rect class="regcert-bar__(\w+)" x="(\d+)" y="0" width="(\d+)"', page)
    return [(name, int(start), int(count)) for name, start, count in parts]


def test_the_bar_shows_what_becomes_of_the_records_and_counts_conflicts_apart(
    client, importer, learner, django_capture_on_commit_callbacks
):
    taken, same = make_learner(), make_learner()
    maths = Qualification.objects.get()
    make_registration(learner=same, qualification=maths, status="registered")
    rows = [["603/2942/X", one.uln, "Registered"] for one in (learner, taken, same)]
    run = make_run(make_csv(*rows, ["1", SECRET, "x"]), user=importer)

    before = client.get(url("import_report", run)).content.decode()
    make_registration(learner=taken, qualification=maths)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("import_commit", run))
    after = client.get(url("import_report", run)).content.decode()

    assert bar(before) == [("created", 0, 2), ("unchanged", 2, 1), ("rejected", 3, 1)]
    assert bar(after) == [("created", 0, 1), ("unchanged", 1, 1), ("conflicts", 2, 1), ("rejected", 3, 1)]


def open_tab(page):
    return re.search(r'<a href="\?tab=(\w+)[^"]*" aria-current="page"', page)[1]


def test_a_report_opens_on_what_wants_attention(
    client, importer, learner, django_capture_on_commit_callbacks
):
    wrong = make_run(make_csv([*report_row()[:3], "R2"], ["1", SECRET, "x"]), user=importer)
    right = make_run(make_csv(report_row()), user=importer)

    with_errors = client.get(url("import_report", wrong)).content.decode()
    without = client.get(url("import_report", right)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("import_commit", right))
        client.post(url("import_commit", wrong))
    applied = client.get(url("import_report", right)).content.decode()
    in_conflict = client.get(url("import_report", wrong)).content.decode()

    tabs = [open_tab(page) for page in (with_errors, without, applied, in_conflict)]
    assert tabs == ["errors", "changes", "changes", "conflicts"]


def test_the_report_says_when_nothing_would_change_or_nothing_can_be_imported(client, importer, learner):
    make_registration(learner=learner, qualification=Qualification.objects.get(), status="registered")
    same = make_run(make_csv(["603/2942/X", SECRET, "Registered"]), user=importer)
    wrong = make_run(make_csv(["1", SECRET, "x"]), user=importer)

    nothing_new = client.get(url("import_report", same)).content.decode()
    nothing_right = client.get(url("import_report", wrong)).content.decode()

    assert "Nothing would change" in nothing_new
    assert "Nothing would change" not in nothing_right
    assert "Import another file" in nothing_right


def test_what_was_not_applied_is_named_and_leads_to_the_registration_without_a_query_each(
    client, importer, django_assert_max_num_queries, django_capture_on_commit_callbacks
):
    maths = make_qualification(number="603/2942/X", title="Maths")
    learners = [make_learner() for _number in range(60)]
    gone = make_registration(learner=learners[0], qualification=maths)
    rows = [["603/2942/X", learner.uln, "Registered"] for learner in learners]
    run = make_run(make_csv(*rows), user=importer)
    for learner in learners[1:]:
        there = make_registration(learner=learner, qualification=maths)
    gone.delete()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("import_commit", run))

    with django_assert_max_num_queries(25):
        first = cells(client.get(url("import_report", run)).content.decode())
    last = client.get(url("import_report", run) + "?tab=conflicts&p=2").content.decode()

    assert len(first) == 50
    assert first[0][:3] == ["2", str(learners[0]), str(maths)]
    assert first[0][3].startswith("Not applied: somebody deleted this record")
    assert cells(last)[-1][:3] == ["61", str(learners[-1]), str(maths)]
    assert f'edit/{there.pk}/">{learners[-1]}</a>' in last


SILENT = dt.timedelta(minutes=11)


@pytest.mark.parametrize(
    ("state", "way_on", "ends"),
    [
        ("uploaded", "import_retry", "validated"),
        ("validating", "import_retry", "validated"),
        ("committing", "import_commit", "committed"),
    ],
)
def test_a_stuck_run_says_so_and_can_be_tried_again(
    client, importer, learner, state, way_on, ends, django_capture_on_commit_callbacks
):
    run = make_run(make_csv(report_row()), user=importer)
    if state != "committing":
        run.pieces.exclude(kind="file").delete()
    ImportRun.objects.update(state=state)
    at_work = client.get(url("import_report", run)).content.decode()
    ImportRun.objects.update(moved_at=timezone.now() - SILENT)

    page = client.get(url("import_report", run)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(url(way_on, run))
    run.refresh_from_db()

    assert "longer than it should" not in at_work
    assert "Try again" not in at_work
    assert "longer than it should" in page
    assert f'action="{url(way_on, run)}"' in page
    assert f'action="{url("import_cancel", run)}"' in page
    assert response["Location"] == url("import_report", run)
    assert run.state == ends


def test_a_stuck_commit_can_be_cancelled(client, importer, learner):
    run = make_run(make_csv(report_row()), user=importer)
    ImportRun.objects.update(state="committing", moved_at=timezone.now() - SILENT)

    client.post(url("import_cancel", run))
    run.refresh_from_db()

    assert run.state == "cancelled"
    assert not Registration.objects.exists()


@pytest.mark.parametrize("state", ["uploaded", "validating"])
def test_a_run_that_waits_for_a_worker_can_be_cancelled_from_the_first_minute(
    client, importer, learner, state
):
    run = make_run(make_csv(report_row()), user=importer)
    run.pieces.exclude(kind="file").delete()
    ImportRun.objects.update(state=state, moved_at=timezone.now())

    page = client.get(url("import_report", run)).content.decode()
    response = client.post(url("import_cancel", run))
    run.refresh_from_db()
    after = client.get(url("import_report", run)).content.decode()

    assert f'action="{url("import_cancel", run)}"' in page
    assert "Try again" not in page
    assert response.status_code == 302
    assert run.state == "cancelled"
    assert not run.pieces.exists()
    assert f'action="{url("import_cancel", run)}"' not in after


def test_a_commit_that_waits_for_a_worker_can_be_cancelled_from_the_first_minute(client, importer, learner):
    run = make_run(make_csv(report_row()), user=importer)
    ImportRun.objects.update(state="committing", moved_at=timezone.now())

    page = client.get(url("import_report", run)).content.decode()
    response = client.post(url("import_cancel", run), follow=True)
    run.refresh_from_db()

    assert f'action="{url("import_cancel", run)}"' in page
    assert "Try again" not in page
    assert "The import was cancelled. Nothing was written." in response.content.decode()
    assert run.state == "cancelled"
    assert not Registration.objects.exists()


def test_whoever_cancels_what_was_uploaded_meanwhile_is_told_so(client, importer, learner):
    run = make_run(make_csv(report_row()), user=importer)
    ImportRun.objects.update(state="committed")

    response = client.post(url("import_cancel", run), follow=True)
    run.refresh_from_db()

    assert response.redirect_chain == [(url("import_report", run), 302)]
    assert "the records had been uploaded already" in response.content.decode()
    assert run.state == "committed"
    assert run.pieces.exists()


def test_a_validation_that_failed_offers_another_try(client, importer, learner):
    run = make_run(make_csv(report_row()), user=importer)
    run.pieces.exclude(kind="file").delete()
    ImportRun.objects.update(state="failed", failure="Something went wrong.", accepted=0)

    page = client.get(url("import_report", run)).content.decode()

    assert f'action="{url("import_retry", run)}"' in page


def test_an_expired_run_is_not_tried_again(client, importer, learner):
    run = make_run(make_csv(report_row()), user=importer)
    long_ago = timezone.now() - dt.timedelta(days=8)
    ImportRun.objects.update(state="validating", moved_at=long_ago, created_at=long_ago)

    page = client.get(url("import_report", run)).content.decode()
    client.post(url("import_retry", run))
    run.refresh_from_db()

    assert "Try again" not in page
    assert run.state == "validating"


def test_row_numbers_and_what_scripts_read_have_no_thousand_separators(client, importer, settings):
    settings.USE_THOUSAND_SEPARATOR = True
    run = make_run(make_csv(*[[""]] * 1200, *[["1", SECRET, "x"]] * 1200), user=importer)

    page = client.get(f"{url('import_report', run)}?ordering=-row").content.decode()
    form = client.get(url("import")).content.decode()

    assert "<td>2401</td>" in page
    assert 'viewBox="0 0 1200 1"' in page
    assert bar(page) == [("rejected", 0, 1200)]
    assert 'data-regcert-import-limit-value="2097152"' in form
    assert '<dd><a href="?tab=errors#regcert-tab">1,200</a></dd>' in page
