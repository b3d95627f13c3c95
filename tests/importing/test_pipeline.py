"""Any bytes give a sheet or a reason why not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_regcert.importing.pipeline import Opened, Refused, open_file
from wagtail_regcert.layouts import REGISTRATIONS, Separator
from wagtail_regcert.messages import sentence

header = ",".join(REGISTRATIONS.headings).encode() + b"\r\n"


@pytest.mark.parametrize("start", [b"", header, b"\xef\xbb\xbf" + header, b"\xff\xfe"])
@given(data=st.binary(max_size=300), separator=st.sampled_from(Separator))
def test_any_bytes_are_opened_or_refused_with_a_sentence(start, data, separator):
    answer = open_file(start + data, separator)

    if isinstance(answer, Refused):
        assert sentence(answer.fault.code, answer.fault.facts)
    else:
        assert isinstance(answer, Opened)
