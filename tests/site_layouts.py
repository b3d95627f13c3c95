"""Import layouts and whole imports by them, for tests."""

import json

from wagtail_regcert import layout_store
from wagtail_regcert.importing import runs
from wagtail_regcert.importing.pipeline import Opened, open_file
from wagtail_regcert.importing.results import result
from wagtail_regcert.importing.run_layout import named_layout
from wagtail_regcert.models import ImportRun

ULN, OTHER_ULN, NUMBER = "9276308686", "1000000027", "603/2942/X"
KEYS = ({"heading": "Candidate ULN", "field": "uln"}, {"heading": "Aim", "field": "qualification"})


def load(*columns, name="Theirs", **options):
    definition = {"kind": "import", "name": name, "columns": list(columns), **options}
    done = layout_store.load(json.dumps(definition).encode())
    assert done.problems == []
    return named_layout(name)


def problems(*columns, name="Theirs", **options):
    definition = {"kind": "import", "name": name, "columns": list(columns), **options}
    return [(one.path, one.code.value) for one in layout_store.load(json.dumps(definition).encode()).problems]


def opened(layout, data):
    return open_file(data, layout.separator, layout.layout, 2**21)


def validated(layout, *lines, data=None, user=None):
    data = data or "\r\n".join(lines).encode()
    found = opened(layout, data)
    assert isinstance(found, Opened), found
    run = runs.start_run(
        data=data,
        file_name="theirs.csv",
        separator=layout.separator,
        encoding=found.encoding,
        layout=layout,
        user=user,
    )
    runs.validate(run.pk, found.sheet)
    run.refresh_from_db()
    return run


def committed(run):
    runs.begin_commit(run.pk)
    runs.commit(run.pk, by_owner=False)
    run.refresh_from_db()
    assert run.state == ImportRun.State.COMMITTED
    return run


def told(run, what="errors"):
    return [(one["row"], one["column"], one["code"]) for one in result(run)[what]]
