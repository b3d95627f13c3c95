"""Texts in cells, truths, errors and formulas."""

import pytest

from tests.importing.workbook.reading import NO_VALUE, day, only_cell, reason_of, rows_of
from tests.workbooks import members_of, pack
from wagtail_regcert.problems import Fault


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<t>0012</t>", "0012"),
        ("<t>603/2942/X</t>", "603/2942/X"),
        ('<t xml:space="preserve"> a  b </t>', " a  b "),
        ("<t> a </t>", " a "),
        ("<t>a &amp; b &lt;c&gt; é 😀</t>", "a & b <c> é 😀"),
        ("<t><![CDATA[a & b]]></t>", "a & b"),
        ("<r><t>Zo</t></r><r><rPr><b/><sz val='11'/></rPr><t>ë</t></r>", "Zoë"),
        ("<r><t xml:space='preserve'>A </t></r><r><t>B</t></r>", "A B"),
        ("<t>課</t><rPh sb='0' eb='1'><t>カ</t></rPh><phoneticPr fontId='1'/>", "課"),
        ("<t>a_x000D_\nb</t>", "a\r\nb"),
        ("<t>_x0041_x</t>", "Ax"),
        ("<t>_x005F_x000D_</t>", "_x000D_"),
        ("<t>x005F_</t>", "x005F_"),
        ("<t>_x00e9_ _X0041_ _x41_</t>", "é _X0041_ _x41_"),
        ("<t>_xD83D__xDE00_ _xD83D_</t>", "😀 \ud83d"),
        ("<t>=1+1</t>", "=1+1"),
        ("<t>46023</t>", "46023"),
    ],
)
@pytest.mark.parametrize("style", ["0", "1"])
def test_text_is_as_it_is_shared_or_not_and_whatever_its_format(xml, text, style):
    formats = {"14": ""}

    shared = only_cell(
        f'<c r="A1" s="{style}" t="s"><v>1</v></c>',
        strings=f"<si><t>other</t></si><si>{xml}</si>",
        formats=formats,
    )
    inline = only_cell(f'<c r="A1" s="{style}" t="inlineStr"><is>{xml}</is></c>', formats=formats)

    assert [shared, inline] == [text, text]


@pytest.mark.parametrize("number", ["1", "-1", "x", "1.0"])
def test_a_shared_text_that_is_not_there_breaks_the_workbook(number):
    data = pack(members_of(f'<row><c t="s"><v>{number}</v></c></row>', strings="<si><t>a</t></si>"))

    assert reason_of(data) == (Fault.NOT_TEXT, "damaged")


@pytest.mark.parametrize(
    ("xml", "cell"),
    [
        ('<c r="A1" t="b"><v>1</v></c>', "TRUE"),
        ('<c r="A1" t="b"><v>0</v></c>', "FALSE"),
        ('<c r="A1" t="b"><v>true</v></c>', "TRUE"),
        ('<c r="A1" t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c r="A1" t="e"><v>#DIV/0!</v></c>', "#DIV/0!"),
        # Formulas: what is stored of them.
        ('<c r="A1"><f>1+1</f><v>2</v></c>', "2"),
        ('<c r="A1" t="str"><f>"a"&amp;"b"</f><v>ab</v></c>', "ab"),
        ('<c r="A1" t="str"><f>CHAR(13)</f><v>_x000D_</v></c>', "\r"),
        ('<c r="A1" t="b"><f>1=1</f><v>1</v></c>', "TRUE"),
        ('<c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        ('<c r="A1" s="1"><f>TODAY()</f><v>46023</v></c>', day(2026, 1, 1)),
        ('<c r="A1" s="1" t="e"><f>NA()</f><v>#N/A</v></c>', "#N/A"),
        ('<c r="A1"><f>1+1</f></c>', NO_VALUE),
        ('<c r="A1"><f>1+1</f><v/></c>', NO_VALUE),
        ('<c r="A1"><f>1+1</f><v></v></c>', NO_VALUE),
        ('<c r="A1" t="str"><f>A2</f></c>', NO_VALUE),
        ('<c r="A1"><f t="shared" si="0"/></c>', NO_VALUE),
        ('<c r="A1"><f t="shared" si="0"/><v>3</v></c>', "3"),
        ('<c r="A1"><f t="array" ref="A1:A2">B1:B2</f><v>3</v></c>', "3"),
    ],
)
def test_truths_errors_and_formulas(xml, cell):
    assert only_cell(xml, formats={"14": ""}) == cell


def test_a_formula_whose_value_is_an_empty_text_is_blank():
    data = pack(members_of('<row><c t="str"><f>""</f><v></v></c><c t="str"><f>""</f><v/></c></row>'))

    assert rows_of(data) == []
