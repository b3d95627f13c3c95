"""Files of layouts: an object or an array of them."""

import json

import pytest

from wagtail_regcert.definitions import exports, files
from wagtail_regcert.problems import LayoutFault as Fault

LAYOUT = {"kind": "export", "name": "A", "columns": [{"heading": "ULN", "value": "learner.uln"}]}


def load(value):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    loaded = files.load(data, {"export": exports.read})
    problems = [(problem.path, problem.code) for problem in loaded.problems]
    return [(kind, definition.name) for kind, definition in loaded.definitions], problems


def test_an_object_and_an_array_are_read():
    assert load(LAYOUT) == ([("export", "A")], [])
    assert load([LAYOUT, {**LAYOUT, "name": "B"}]) == ([("export", "A"), ("export", "B")], [])
    assert load([]) == ([], [])
    assert load(b"\xef\xbb\xbf" + json.dumps(LAYOUT).encode()) == ([("export", "A")], [])


@pytest.mark.parametrize("data", [b"", b"{", b"\xff{}", b"[NaN]", b"[" * 100_000])
def test_what_is_no_json_is_refused(data):
    assert load(data) == ([], [("", Fault.NOT_JSON)])


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("x", ("", Fault.WRONG_TYPE)),
        (["x"], ("[0]", Fault.WRONG_TYPE)),
        ({"name": "A"}, ("kind", Fault.MISSING_KEY)),
        ([LAYOUT, {**LAYOUT, "kind": "report"}], ("[1].kind", Fault.NOT_OFFERED)),
        ([LAYOUT, {**LAYOUT, "kind": None}], ("[1].kind", Fault.NOT_OFFERED)),
        ([LAYOUT, {**LAYOUT, "name": " a "}], ("[1].name", Fault.REPEATED_NAME)),
        (
            [LAYOUT, {**LAYOUT, "name": "B", "columns": [{}, 1]}],
            ("[1].columns[0].heading", Fault.MISSING_KEY),
        ),
    ],
)
def test_problems_have_their_path_from_the_root_of_the_file(value, problem):
    _definitions, problems = load(value)

    assert problems[0] == problem


@pytest.mark.parametrize(
    ("data", "path", "facts"),
    [
        (b"[NaN]", "", {"reason": "NaN is no JSON"}),
        (b"{", "", {"reason": "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"}),
        (b"1", "", {"wanted": "object or array"}),
        (b"[1]", "[0]", {"wanted": "object"}),
        (b'{"kind": "report"}', "kind", {"offered": ["export"]}),
        (b'[{"kind": "report"}, 1]', "[1]", {"wanted": "object"}),
    ],
)
def test_what_is_wrong_with_a_file_is_told(data, path, facts):
    problem = files.load(data, {"export": exports.read}).problems[-1]

    assert (problem.path, problem.facts) == (path, facts)


def test_a_key_that_stands_twice_is_a_problem_anywhere():
    column = b'{"heading": "A", "heading": "B", "value": "row"}'
    data = b'{"kind": "export", "kind": "export", "name": "A", "columns": [%s]}' % column

    _definitions, problems = load(data)

    assert problems == [("kind", Fault.REPEATED_KEY), ("columns[0].heading", Fault.REPEATED_KEY)]


def test_letters_beyond_ascii_are_written_as_they_are():
    assert files.dump([{"name": "Élan"}]) == '[\n  {\n    "name": "Élan"\n  }\n]'
