"""What an importer does with files that others write, over HTTP."""

import html
import re
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from wagtail_regcert.models import ImportRun

MANAGE, IMPORT = "manage_registration", "import_registration"
ULN, NUMBER = "9276308686", "603/2942/X"
THEIRS = b"Candidate ULN;Aim;Cert no\r\n9276308686;603/2942/X;C-1\r\n"
COLUMNS = (
    {"heading": "Candidate ULN", "field": "uln"},
    {"heading": "Aim", "field": "qualification"},
    {"heading": "Cert no", "field": "registration_number"},
)
FOREIGN = (
    b"Centre 12345,,,,\r\n"
    b"Candidate number,Qualification,Outcome,Awarded,Assessor\r\n"
    b"9276308686,603/2942/X,Pass,2026-07-01,Kim\r\n"
    b"1000000027,603/2942/X,Withdrawn,,Kim\r\n"
)


def url(name, run=None):
    return reverse(f"wagtail_regcert:{name}", args=[run.pk] if run else [])


def text_of(response):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def remedies(response):
    """What the form offers beside a refusal: names and values of its buttons."""
    block = re.search(r'<div class="regcert-remedies".*?</div>', response.content.decode(), re.DOTALL)[0]
    return [
        (name, html.unescape(value)) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', block)
    ]


def upload(client, data, name="theirs.csv", to="import", **more):
    return client.post(
        url(to), {"file": SimpleUploadedFile(name, data), "separator": "comma", **more}, follow=False
    )


def workbook(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def matched(client, data=FOREIGN, name="theirs.csv", **more):
    response = upload(client, data, name, match="1", **more)
    run = ImportRun.objects.latest("created_at")
    assert response["Location"] == url("import_match", run)
    return run


def sent(response, **more):
    """What the page of matching would send as it stands."""
    page = response.content.decode().partition('id="regcert-match"')[2]
    found = {}
    for name, options in re.findall(r'<select name="([^"]+)"(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = html.unescape(chosen[1]) if chosen else ""
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page):
        found[name] = html.unescape(value)
    found.pop("csrfmiddlewaretoken", None)
    return {**found, **more}
