"""The whole job over HTTP: what each role sees, an import from file to history, exports, and an undo.

Addresses come from the names of our URLs, forms are those of the pages, and expectations are in the words of
the files: whatever the site's language, they are English.
"""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import requests
from bs4 import BeautifulSoup

PASSWORD = "correct horse battery staple"
PATIENCE = 60.0
HEADINGS = (
    "Qualification Number,ULN,Status,Registration number,Registration date,Certificate claimed date,"
    "Achieved date,Certificate received Date,Certificate Sent Date,Postal Tracking Reference"
)
ACCEPTED = '603/2942/X,9276308686,Registered,"12,345",31/08/2025,,,,,'
REJECTED = "601/3688/1,9276308686,Registred,R-2,1/8/2025,,,,,"
FILE = f"{HEADINGS}\r\n{ACCEPTED}\r\n{REJECTED}\r\n".encode()


class Failure(Exception):
    """The site did something else than it should."""


def expect(condition: Any, what: str, seen: Any = "") -> None:
    """Raise a :class:`Failure` that says what should have been, and shows what was seen."""
    if not condition:
        raise Failure(f"expected {what}; saw: {str(seen)[:1000]}")


class Browser:
    """One person, at one site."""

    def __init__(self, host: str, urls: Mapping[str, str], prefix: str = "") -> None:
        self._host, self._urls, self._prefix = host, urls, prefix
        self._session = requests.Session()

    def get(self, name: str, query: str = "", *, of: str | int | None = None) -> requests.Response:
        """Open a screen; no error of the server is ever expected."""
        return self._send("GET", self.address(name, of) + query)

    def post(
        self, name: str, page: requests.Response, data: Mapping[str, Any], *, of: Any = None, **more: Any
    ) -> requests.Response:
        """Send a form of a page that was opened."""
        token = BeautifulSoup(page.text, "html.parser").select_one("input[name=csrfmiddlewaretoken]")
        expect(token, f"a form on {page.url}", page.text)
        assert token is not None
        body = {**data, "csrfmiddlewaretoken": token["value"]}
        return self._send("POST", self.address(name, of), data=body, headers={"Referer": page.url}, **more)

    def address(self, name: str, of: str | int | None = None) -> str:
        """Address of a named screen, of one run or record."""
        address = self._urls[name]
        if isinstance(of, int):
            return re.sub(r"/0(/|$)", rf"/{of}\1", address)
        return address.replace("00000000-0000-0000-0000-000000000000", of) if of else address

    def is_at(self, name: str, answer: requests.Response) -> bool:
        """Whether an answer is that screen, after whatever led there."""
        return answer.url.partition("?")[0] == self._outside(self.address(name))

    def log_in(self, name: str) -> Browser:
        page = self.get("login")
        form = BeautifulSoup(page.text, "html.parser").select_one("form")
        assert form is not None
        fields = {"username": f"{name}@example.org", "password": PASSWORD}
        answer = self.post("login", page, {**fields, "next": self._urls["admin"]})
        # The admin's pages have a way out; the login page has none.
        expect("logout" in answer.text, f"{name} to be logged in", text_of(answer))
        return self

    def _send(self, method: str, address: str, **more: Any) -> requests.Response:
        more.setdefault("headers", {})
        response = self._session.request(
            method, self._outside(address), allow_redirects=False, timeout=PATIENCE, **more
        )
        for _ in range(5):
            if response.status_code not in (301, 302, 303):
                break
            # The session's own following would not know the proxy.
            location = response.headers["Location"].removeprefix(self._host)
            response = self._session.get(self._outside(location), allow_redirects=False, timeout=PATIENCE)
        expect(response.status_code < 500, f"no error at {address}", text_of(response))
        return response

    def _outside(self, address: str) -> str:
        """Where the site itself listens, as a proxy would ask it."""
        return self._host + address.removeprefix(self._prefix)


def text_of(response: requests.Response) -> str:
    """A page as a person reads it."""
    return BeautifulSoup(response.text, "html.parser").get_text(" ", strip=True)


def records(response: requests.Response) -> list[dict[str, str]]:
    """Records of a file of ours, by heading."""
    expect(response.status_code == 200, f"a file at {response.url}", text_of(response))
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def whole_job(host: str, urls: Mapping[str, str], prefix: str, catch_up: Callable[[], None]) -> None:
    """Everything, from logging in to taking an import back.

    ``catch_up`` is called where people look at what was written a while ago: a replica would have it by then.
    """

    def person(name: str) -> Browser:
        return Browser(host, urls, prefix).log_in(name)

    nobody, manager, importer, exporter = map(person, ("nobody", "manager", "importer", "exporter"))
    _refusals(nobody, manager)
    run = _import(importer)
    catch_up()
    registration = _only_registration(manager)
    _screens(manager, registration)
    _export(exporter, registration)
    _edit(manager, registration)
    catch_up()
    _look_at_edit(manager, registration)
    _undo(importer, run)
    _site_screens(person("admin"))


def _refusals(nobody: Browser, manager: Browser) -> None:
    for browser, names in ((nobody, ("listing", "import", "export")), (manager, ("import", "export"))):
        for name in names:
            answer = browser.get(name)
            refused = answer.status_code == 403 or browser.is_at("admin", answer)
            expect(refused, f"{name} to be refused", f"{answer.status_code} {answer.url}")
    listing = manager.get("listing")
    expect(listing.status_code == 200, "the listing, still without records", text_of(listing))
    _static_files(manager, listing)


def _static_files(browser: Browser, page: requests.Response) -> None:
    soup = BeautifulSoup(page.text, "html.parser")
    ours = [
        tag.get("href") or tag.get("src")
        for tag in soup.select("link[rel=stylesheet], script[src]")
        if "wagtail_regcert" in str(tag)
    ]
    expect(ours, "our style sheets and scripts on the listing", soup.head)
    for address in ours:
        answer = browser._send("GET", str(address))
        expect(answer.status_code == 200 and answer.content, f"the static file {address}", answer.status_code)


def _import(importer: Browser) -> str:
    listing = importer.get("listing")
    expect(importer.address("import") in listing.text, "a way to the import on the listing", text_of(listing))
    sample = importer.get("import_sample")
    expect(HEADINGS in sample.content.decode("utf-8-sig"), "the sample file's headings", sample.text)
    form = importer.get("import")
    report = importer.post(
        "import", form, {"separator": "comma"}, files={"file": ("results.csv", FILE, "text/csv")}
    )
    found = re.search(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", report.url)
    expect(found, "the report of the import", text_of(report))
    assert found is not None
    run = found[0]
    status = _until(importer, run, "validated")
    counts = {name: status[name] for name in ("rows", "accepted", "created", "rejected")}
    expect(counts == {"rows": 2, "accepted": 1, "created": 1, "rejected": 1}, "one record of two", status)
    report = importer.get("import_report", of=run)
    expect("Registred" in report.text, "the wrong value on the report", text_of(report))
    errors = records(importer.get("import_errors", of=run))
    cells = [(error["Row"], error["Column"]) for error in errors]
    expect(cells == [("3", "Status"), ("3", "Registration date")], "two errors, by row and column", errors)
    (rejected,) = records(importer.get("import_rejected", of=run))
    expect(rejected["Status"] == "Registred", "the rejected record as it came", rejected)

    importer.post("import_commit", report, {}, of=run)
    status = _until(importer, run, "committed")
    expect(status["created"] == 1 and status["conflicts"] == 0, "one new registration", status)
    result = importer.get("import_report", of=run)
    expect(result.status_code == 200, "the result", text_of(result))
    return run


def _until(browser: Browser, run: str, state: str) -> dict[str, Any]:
    end = time.monotonic() + PATIENCE
    while True:
        status: dict[str, Any] = browser.get("import_status", of=run).json()
        if status["state"] == state:
            return status
        wrong = status["state"] == "failed" or time.monotonic() > end
        expect(not wrong, f"a run that is {state}", status)
        time.sleep(0.1)


def _only_registration(browser: Browser) -> int:
    """Key of the one registration, from the link to its form on the listing."""
    listing = browser.get("listing")
    pattern = re.escape(browser.address("edit")).replace("/0/", r"/(\d+)/")
    keys = set(re.findall(pattern, listing.text))
    expect(len(keys) == 1, "one registration on the listing", text_of(listing))
    return int(keys.pop())


def _screens(manager: Browser, registration: int) -> None:
    listing = manager.get("listing", "?q=neil&status=registered&ordering=-status")
    expect("12,345" in listing.text, "the registration found by name and status", text_of(listing))
    other = manager.get("listing", "?status=achieved")
    expect("12,345" not in other.text, "no registration of another status", text_of(other))
    history = manager.get("history", of=registration)
    expect("results.csv" in history.text, "the file in the history", text_of(history))


def _export(exporter: Browser, registration: int) -> None:
    for answer in (
        exporter.get("export"),
        exporter.get("export", "?status=registered"),
        exporter.get("bulk_export", f"?id={registration}"),
        exporter.get("bulk_export", "?id=all&q=neil"),
    ):
        (record,) = records(answer)
        given = {name: record[name] for name in ("Full name", "ULN", "Registration number", "RegisteredDate")}
        stored = {
            "Full name": "Zoë O'Neil",
            "ULN": "9276308686",
            "Registration number": "12,345",
            "RegisteredDate": "31/08/2025",
        }
        expect(given == stored, f"the registration as stored, at {answer.url}", record)
    none = records(exporter.get("export", "?status=achieved"))
    expect(none == [], "no record of another status", none)


def _edit(manager: Browser, registration: int) -> None:
    page = manager.get("edit", of=registration)
    expect(page.status_code == 200, "the form of the registration", text_of(page))
    soup = BeautifulSoup(page.text, "html.parser")
    form = next(form for form in soup.select("form") if form.select("[name=registration_number]"))
    data = {str(field["name"]): str(field.get("value") or "") for field in form.select("input[name]")}
    for select in form.select("select[name]"):
        chosen = select.select_one("option[selected]")
        data[str(select["name"])] = str(chosen["value"]) if chosen else ""
    for area in form.select("textarea[name]"):
        data[str(area["name"])] = area.get_text()
    saved = manager.post("edit", page, {**data, "postal_tracking_reference": "RM 1"}, of=registration)
    expect(manager.is_at("listing", saved), "the form to be saved", text_of(saved))


def _look_at_edit(manager: Browser, registration: int) -> None:
    history = manager.get("history", of=registration)
    expect("RM 1" in history.text, "the new value in the history", text_of(history))


def _undo(importer: Browser, run: str) -> None:
    """The one record was edited since: nothing is taken back, and the preview says so."""
    preview = importer.get("import_undo", of=run)
    expect(preview.status_code == 200, "a preview of the undo", text_of(preview))
    expect(_only_registration(importer), "the registration to be there still")


def _site_screens(admin: Browser) -> None:
    for name in ("admin", "site_history", "listing", "import", "add"):
        page = admin.get(name)
        expect(page.status_code == 200, f"{name}, for a superuser", text_of(page))
