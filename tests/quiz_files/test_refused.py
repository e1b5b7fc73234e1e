"""Damaged and hostile files: a clear error with its line, and nothing imported."""

import zipfile
from contextlib import suppress
from io import BytesIO
from time import process_time

import pytest

from lessons.quizzes.formats import QuizFileError, import_questions
from lessons.quizzes.formats._shared.html_text import MAX_TEXT
from tests.quiz_files.packages import item_21, make_zip
from tests.quiz_files.pinning import SAMPLES

BOMB = '<!DOCTYPE quiz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
QUESTION = (
    '<question type="shortanswer"><name><text>N</text></name><questiontext><text>{}</text></questiontext>'
    '<answer fraction="100"><text>{}</text></answer></question>'
)


def moodle(prompt: str, answer: str = "x", before: str = "") -> str:
    return f"{before}<quiz>{QUESTION.format(prompt, answer)}</quiz>"


REFUSED = [
    # data, format, message
    (b"", "", "line 1: The file is empty."),
    (b" \n ", "", "line 1: The file is empty."),
    (b"Hello,\nthis is a letter.", "", "line 1: The format is none of these: Moodle XML"),
    (b"\xff\xfe\x00", "", "line 1: The byte 0x00 is not UTF-16."),
    (
        b"::a:: one? {=b}\n\n::c:: caf\xe9 {=d}",
        "",
        "line 3: The byte 0xe9 is not UTF-8. Save the file as UTF-8",
    ),
    (b"Q: a\x00b\nA: c", "", "line 1: This line contains the control character U+0000"),
    (b"\x89PNG\r\n\x1a\n\x00\x00", "", "line 1: The byte 0x89 is not UTF-8"),
    (b'<?xml version="1.0" encoding="klingon"?><quiz/>', "", "line 1: The encoding klingon is not known"),
    (b'<?xml version="1.0" encoding="base64"?><quiz/>', "", "line 1: base64 is not an encoding of text"),
    # XML
    (moodle("&b;", before=BOMB), "", "line 1: The file declares entities, which are not read."),
    (moodle("&x;", before='<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "", "declares entities"),
    (
        moodle("&x;", before='<!DOCTYPE q [<!ENTITY % x SYSTEM "http://127.0.0.1/x"> %x;]>'),
        "",
        "declares entities",
    ),
    (
        "<quiz>\n<question type='essay'>\n<name>",
        "",
        "line 3: The file is not complete. It ends inside <name>",
    ),
    ("<quiz>\n<question>\n</quiz>", "moodle-xml", "line 3: This is not XML: mismatched tag"),
    ("<quiz>" + "<a>" * 100_000, "moodle-xml", "nested deeper than 100"),
    ("<quiz><question>&unknown;</question></quiz>", "", "undefined entity"),
    ("{}", "moodle-xml", "line 1: This is not XML"),
    ("<quiz></quiz>", "", "The file holds no question that the portal can take."),
    (
        "---\ntitle: x\n---\n## Who? {#who}\n- [x] a\n",
        "",
        "line 1: This is a quiz in the Markdown of the portal.",
    ),
    # GIFT
    (
        "::a:: one? {=b}\n\n::c:: two? {=d\n\n::e:: three? {=f}",
        "",
        "line 3: The { of this question is not closed.",
    ),
    ("::a:: one? {=b}\n\n::c:: two? {=d ~", "", "line 3: The { of this question is not closed."),
    ("::a:: one? {=b} two? {=c}", "", "line 1: This question has a second {."),
    ("::a:: one? } {=b}", "", "line 1: This question has a } without a {."),
    ("::a:: {=b}", "", "line 1: This question has no text."),
    ("::a:: b {nothing}", "", "line 1: The answers in {} begin with = or ~"),
    ("::a:: b {#1..x}", "", "1..x is not a range of numbers"),
    ("::a:: b {=one -> two =three}", "", "line 1: The pair “=three” has no ->."),
    ("::a:: b {~%150%c ~%50%d}", "", "line 1: The weight %150% is not a number from -100 to 100."),
    # Aiken
    ("What?\nA. one\nB. two\nANSWER: C", "", "line 4: The answer C names no option: the question has 2."),
    ("What?\nA. one\nB. two\nANSWER: ?", "", "line 4: The answer “?” names no option."),
    ("What?\nA. one\nC. two\nANSWER: A", "", "line 3: Option C follows where B was expected."),
    (
        "What?\nA. one\nB. two\nANSWER: A\n\nWhat else?\nA. one\nB. tw",
        "",
        "line 6: The question that starts here has no",
    ),
    (
        "One?\nA. a\nB. b\nTwo?\nA. a\nB. b\nANSWER: A",
        "",
        "line 4: This line follows the options of a question",
    ),
    ("What?\nANSWER: A\nA. x", "aiken", "line 2: This ANSWER line follows no options."),
    # plain
    ("Q: What?\nA) one\nB) two", "", "line 1: This question has no answer. Add a line such as Answer: B"),
    ("Q: What?\nA) one\nB) two\nAnswer: D", "", "line 4: The answer D names no option"),
    ("Q: What?\nA) a\nB) b\nAnswer: A\nQ: Next", "", "line 5: The question that starts here has no answer"),
    ("Q:\nA: x", "", "line 1: This question is empty."),
    # QTI
    ("<questestinterop><assessment title='x'/></questestinterop>", "", "The file holds no question"),
    (item_21("a")[:-60], "", "line 1: The file is not complete."),
    # packages
    (b"PK\x03\x04 and no more", "", "line 1: The .zip cannot be read"),
    (make_zip({"a.xml": item_21("a")})[:-30], "", "line 1: The .zip cannot be read"),
    (make_zip({"readme.md": "# Hello"}), "", "line 1: The .zip holds no file of these formats"),
    (
        make_zip({"a.xml": item_21("a"), "b.xml": item_21("b")[:-40]}),
        "",
        "b.xml:1: The file is not complete.",
    ),
    (
        make_zip({f"{n}.png": b"0" * 33_000_000 for n in range(4)}),
        "",
        "line 1: The .zip unpacks to more than 96 MB.",
    ),
]


@pytest.mark.daily(3)
@pytest.mark.parametrize(("data", "chosen", "message"), REFUSED, ids=[str(n) for n in range(len(REFUSED))])
def test_a_file_that_cannot_be_read_says_why_and_where(data, chosen, message):
    with pytest.raises(QuizFileError) as caught:
        import_questions(data if isinstance(data, bytes) else data.encode(), format=chosen)
    assert message in str(caught.value)


def test_all_problems_are_reported_at_once():
    text = "::a:: {=b}\n\n::c:: two? {=d} {=e}\n\n::f:: three? {x}"
    with pytest.raises(QuizFileError) as caught:
        import_questions(text.encode())
    assert [problem.line for problem in caught.value.problems] == [1, 3, 5]


def test_an_encrypted_package_is_refused():
    data = bytearray(make_zip({"a.xml": item_21("a")}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    with pytest.raises(QuizFileError, match=r"a.xml is encrypted"):
        import_questions(bytes(data))


@pytest.mark.heavy
def test_a_package_that_lies_about_its_sizes_is_bounded():
    data = bytearray(make_zip({"a.xml": b" " * 200_000_000}))
    size = data.index(b"PK\x01\x02") + 24
    data[size : size + 4] = (10).to_bytes(4, "little")
    with zipfile.ZipFile(BytesIO(bytes(data))) as archive:
        assert archive.infolist()[0].file_size == 10
    with pytest.raises(QuizFileError):
        import_questions(bytes(data))


@pytest.mark.parametrize(
    "path", [SAMPLES / "moodle4.xml", SAMPLES / "canvas_qti12.xml", SAMPLES / "tao_qti21.xml"]
)
def test_a_file_that_was_cut_off_is_refused_wherever_it_ends(path):
    data = path.read_bytes().rstrip()
    for end in range(200, len(data) - 1, len(data) // 40):
        with pytest.raises(QuizFileError):
            import_questions(data[:end])


# --- encodings ------------------------------------------------------------------------------------------------------

TEXT = "Q: Größe?\nA: 分岐\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), ""),
        (TEXT.encode("utf-8-sig"), ""),
        (TEXT.encode("utf-16"), ""),
        (TEXT.replace("分岐", "x").encode("utf-16-le"), ""),
        (TEXT.replace("分岐", "x").encode("utf-16-be"), ""),
        (TEXT.replace("分岐", "x").encode("cp1252"), "cp1252"),
        (TEXT.encode("gb18030"), "gb18030"),
        (TEXT.replace("\n", "\r\n").encode(), ""),
        (TEXT.replace("\n", "\r").encode(), ""),
    ],
)
def test_a_text_is_read_in_its_encoding(data, encoding):
    [question] = import_questions(data, encoding=encoding).questions
    assert question.prompt == "Größe?"


@pytest.mark.parametrize("name", ["utf-8", "utf-16", "iso-8859-1", "windows-1252", "utf-8-sig"])
def test_xml_is_read_in_the_encoding_that_it_declares(name):
    text = f'<?xml version="1.0" encoding="{name.removesuffix("-sig")}"?>\n' + moodle("Größe&nbsp;&auml;?")
    [question] = import_questions(text.encode(name)).questions
    assert question.prompt == "Größe ä?"
    assert question.line == 2


# --- limits ---------------------------------------------------------------------------------------------------------


@pytest.mark.daily(6)
@pytest.mark.parametrize(
    "html",
    [
        *("<b>", "<p>", "<ul><li>", "<table><tr><td>", "<a href=x>", "<!--", "<![CDATA[", "</", "&", "&#"),
        *(
            "`",
            "*",
            "_",
            "[",
            "\\(",
            "$a",
            "{",
            ":a",
            "<code>`</code>",
            "<span><p>",
            "<br>",
            "- ",
            "1. ",
            "| ",
            "http://",
        ),
        *("(", "[x] ", "~", "=", "++", "<pre>", "<img>", " " * 9_000 + "<i>"),
    ],
)
def test_a_hostile_text_is_read_in_one_pass(html):
    text = (html * MAX_TEXT)[: MAX_TEXT + 10].replace("]]>", "")
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    try:
        import_questions(moodle(escaped).encode())
    except QuizFileError as error:
        assert "Not imported" in str(error)


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    "text",
    [
        *(
            "{",
            "}",
            "::",
            "\\",
            "=",
            "~",
            "#",
            "::a:: b {=" + "%",
            "::a:: b {#",
            "// [id:",
            "$CATEGORY:",
            "[html]",
        ),
        *("Q:", "A)", "Q: a\nA: ", "ANSWER:", "a\nA. ", "* ", " ", "Q: \t", "<quiz>", "<!--", "<?xml "),
    ],
)
@pytest.mark.parametrize("chosen", ["gift", "aiken", "plain", "moodle-xml"])
def test_a_hostile_file_is_refused_in_one_pass(text, chosen):
    with pytest.raises(QuizFileError):
        import_questions((text * 100_000)[:60_000].encode(), format=chosen)


@pytest.mark.daily(3)
@pytest.mark.parametrize("text", ["<!DOCTYPE [", "<!--", "<!DOCTYPE x[<!ELEMENT a>"])
@pytest.mark.parametrize("within", ["{}", "<quiz>{}</quiz>", "Q: {}\nA) x\nB) y\nANSWER: A\n"])
def test_what_is_never_closed_is_searched_once(text, within):
    start = process_time()
    with suppress(QuizFileError):
        import_questions(within.format(text * 30_000).encode())
    assert process_time() - start < 3


def test_a_doctype_in_a_question_stays():
    prompt = "<![CDATA[What does <code>&lt;!DOCTYPE html&gt;</code> do?]]>"
    plain = QUESTION.replace("<questiontext>", '<questiontext format="markdown">')
    questions = QUESTION.format(prompt, "x") + plain.format("<![CDATA[Is `<!DOCTYPE a>` it?]]>", "y")
    text = f"<!DOCTYPE quiz><quiz>{questions}</quiz>"
    found = import_questions(text.encode(), format="moodle-xml").questions
    assert ["DOCTYPE" in question.prompt for question in found] == [True, True]


@pytest.mark.heavy
def test_a_question_that_is_repeated_gets_a_key_each_time_in_linear_time():
    start = process_time()
    found = import_questions(b"a\nA. b\nB. c\nANSWER: A\n\n" * 8_000, format="aiken").questions
    assert process_time() - start < 4
    keys = [question.key for question in found]
    assert len(set(keys)) == 8_000
    assert keys[2].endswith("-2")


@pytest.mark.heavy
def test_ten_thousand_questions_become_several_quizzes():
    questions = "".join(
        QUESTION.format(f"<![CDATA[<p>What is <b>{n}</b>?</p>]]>", f"it {n}") for n in range(10_000)
    )
    imported = import_questions(f"<quiz>{questions}</quiz>".encode(), name="Bank.xml")
    assert len(imported.questions) == len({question.key for question in imported.questions}) == 10_000
    assert [part.title for part in imported.parts] == [
        f"Bank, part {number} of {len(imported.parts)}" for number in range(1, len(imported.parts) + 1)
    ]
    assert all(len(part.source.encode()) < 200_000 for part in imported.parts)
