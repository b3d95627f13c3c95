"""ZIPs in a stream."""

import io
import zipfile

from wagtail_regcert.exporting.zipstream import zip_bytes


def test_files_come_out_as_they_went_in():
    moment = (2026, 11, 28, 10, 20, 30)

    data = b"".join(zip_bytes([("a.csv", [b"x" * 100, b"y"]), ("b.csv", [])], moment=moment))

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert [(one.filename, one.date_time) for one in archive.infolist()] == [
            ("a.csv", moment),
            ("b.csv", moment),
        ]
        assert archive.read("a.csv") == b"x" * 100 + b"y"
        assert archive.read("b.csv") == b""


def test_bytes_leave_before_the_last_ones_come():
    came = []

    def chunks():
        for number in range(200):
            came.append(number)
            yield bytes([number]) * 10_000

    stream = zip_bytes([("a", chunks())], compress=False)
    next(stream)

    assert len(came) < 5
