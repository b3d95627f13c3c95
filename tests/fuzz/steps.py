"""What a person does with a file, and what comes of it."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from io import StringIO
from urllib.parse import urlencode

from django.db import transaction
from django.test import TestCase
from django.urls import reverse

from wagtail_regcert.models import ImportRun

BOUNDARY = b"----fuzz"


@contextmanager
def undone_afterwards():
    """Leave the database as it was; what is due after a commit is done at once."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def post_file(client, data, name, separator):
    """Post a file under a name that stands in the request as it is, unlike a test client's own."""
    head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
    body = b'--%b\r\nContent-Disposition: form-data; name="separator"\r\n\r\n%b\r\n' % (
        BOUNDARY,
        separator.encode(),
    ) + b"--%b\r\n%b%b\r\n--%b--\r\n" % (BOUNDARY, head.encode("utf-8", "replace"), data, BOUNDARY)
    with TestCase.captureOnCommitCallbacks(execute=True):
        return client.post(
            reverse("wagtail_regcert:import"),
            body,
            content_type=f"multipart/form-data; boundary={BOUNDARY.decode()}",
        )


def post(client, name, run):
    with TestCase.captureOnCommitCallbacks(execute=True):
        return client.post(reverse(f"wagtail_regcert:{name}", args=[run.pk]))


def page(client, name, run, query=()):
    response = client.get(reverse(f"wagtail_regcert:{name}", args=[run.pk]) + "?" + urlencode(query))
    assert response.status_code == 200
    return response


def csv_rows(file):
    return list(csv.reader(StringIO(file.decode("utf-8-sig"), newline=""), strict=True))


def outcome(client, response):
    """The run that an upload led to, or ``None`` where it was refused with a message."""
    if response.status_code == 302:
        run = ImportRun.objects.latest("created_at")
        assert response["Location"] == reverse("wagtail_regcert:import_report", args=[run.pk])
        return run
    assert response.status_code == 200
    text = response.content.decode()
    assert "There is a problem" in text
    assert response.context["form"].errors
    return None
