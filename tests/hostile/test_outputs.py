"""What people wrote can't do anything in what is shown of it: page, Markdown, terminal, spreadsheet, database."""

import csv
import html.parser
import json
import re
import unicodedata
import zipfile
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from relief_engine import cli

NAME = "<script>alert(1)</script>\"'`&<img src=x onerror=alert(1)>|[x](javascript:alert(1)) =1+1 ]]> <!-- {{7*7}}"
FORMULAS = (
    "=cmd|' /C calc'!A0",
    "+1+cmd",
    "-2+3+cmd",
    "@SUM(1)",
    "\t=1+1",
    "＝1+1",
    "'=1+1",
    '=HYPERLINK("http://a")',
    "http://a.example/",
    "%0A=1",
)
SQL = "'; DROP TABLE roster; --\" ); ATTACH '/tmp/x'; SELECT 1"


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "p.yaml"
    lease = {
        "owner_kind": "district_public_body",
        "tenancy": "direct",
        "premises_district": "通州区",
        "address": NAME,
        "start": "2022-01-01",
        "end": "2022-12-31",
        "monthly_rent": 8000,
    }
    applicant = {"name": NAME, "kind": "enterprise", "industry": "6210", "employees": 30, "revenue": 800}
    path.write_text(json.dumps({"as_of": "2022-06-20", "applicant": applicant, "leases": [lease]}), encoding="utf-8")
    return path


class _Tags(html.parser.HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main([*arguments, "--programme", "beijing-tongzhou/rent-reduction-2022"]) == 0
    return capsys.readouterr().out


def test_page(profile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = shown(capsys, "check", str(profile), "--format", "html")
    tags = _Tags(page)
    assert not tags.seen & {"script", "img", "a", "iframe", "object"}
    assert not {name for name in tags.attributes if name.startswith("on")} | (tags.attributes & {"href", "src"})
    assert "alert(1)" in page  # it is there, as text


def test_markdown(profile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "check", str(profile), "--format", "markdown")
    assert "alert" in text
    for mark in ("<", "`", "[", "|"):
        assert not re.search(rf"(?<!\\){re.escape(mark)}(?:script|img|x\]|\[x)", text)


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
def test_nothing_steers_a_terminal(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "\x1b[31m\u202e\x9b2Jevil\n.yaml"
    path.write_text('applicant: {kind: "zz\\u202e\\e[31m", "k\\e[2J": 1}', encoding="utf-8")
    assert cli.main(["check", str(path), "--format", form]) == 2
    printed = capsys.readouterr()
    for character in printed.out + printed.err:
        assert character == "\n" or unicodedata.category(character) not in ("Cc", "Cf", "Cs"), hex(ord(character))


HEADERS = (
    "承租方名称",
    "主体类型",
    "所属行业",
    "从业人员",
    "月租金（元）",
    SQL,
    "=1+1",
    "<b>",
    "c0",
    "relief_row",
    "备注",
)


def roster(path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(HEADERS)
        for text in (*FORMULAS, NAME, SQL):
            table.writerow([text, "企业", "6210", 30, 1000, text, text, text, text, text, text])
    return path


def screened(roster: Path, output: Path, *more: str) -> None:
    assert cli.main(["screen", str(roster), "--output", str(output), "--as-of", "2022-06-20", *more]) == 0


@pytest.mark.parametrize("engine", ["direct", pytest.param("duckdb", marks=pytest.mark.engines)])
def test_no_cell_of_a_text_file_is_a_formula(engine: str, tmp_path: Path) -> None:
    # A quote in a folder's name, which is told to the database, too.
    folder = tmp_path / "it's \" [a]*?"
    folder.mkdir()
    screened(roster(folder / "r'; --.csv"), folder / "o'.csv", "--engine", engine)
    with (folder / "o'.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert sum("cmd" in cell for cell in cells) >= len(FORMULAS)
    for cell in cells:
        assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r", "＝") or re.fullmatch(r"[-+]?[0-9.,]+%?", cell), cell


def test_no_cell_of_a_workbook_is_a_formula(tmp_path: Path) -> None:
    screened(roster(tmp_path / "r.csv"), tmp_path / "o.xlsx")
    assert cli.main(["screen", "--template", str(tmp_path / "t.xlsx")]) == 0
    with zipfile.ZipFile(tmp_path / "o.xlsx") as archive:
        text = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".rels")))
    assert "HYPERLINK" in text  # the text is there
    # The summary counts by formulas of its own.
    formulas = re.findall(r"<f[ >].*?</f>", text)
    assert formulas
    for formula in formulas:
        assert re.fullmatch(r"<f>[-A-Z0-9$:!'(),.*+=&;\"\u4e00-\u9fff（）]*</f>", formula), formula
        assert not any(word in formula for word in ("cmd", "HYPERLINK", "http", "WEBSERVICE"))
    assert "<hyperlink " not in text
    assert "<script>" not in text
    assert 'a.example/" TargetMode' not in text


def test_formulas_of_a_roster_are_not_passed_on(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet("台账")
        sheet.write_row(0, 0, ["承租方名称", "主体类型", "从业人员", "备注"])
        sheet.write_row(1, 0, ["甲", "企业", 30])
        sheet.write_formula(1, 3, '=HYPERLINK("http://a.example/")', None, "点我")
    screened(path, tmp_path / "o.xlsx")
    with zipfile.ZipFile(tmp_path / "o.xlsx") as archive:
        text = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))
    assert "点我" in text
    assert "a.example" not in text


def test_a_database_loads_and_fetches_nothing() -> None:
    import duckdb

    from relief_engine.roster.embedded import connect

    with connect() as database:
        for statement in (
            "SELECT * FROM 'https://example.invalid/a.parquet'",
            "SELECT st_point(1, 2)",
            "LOAD spatial",
            "SELECT * FROM read_xlsx('a.xlsx')",
            "ATTACH 'postgres:host=example.invalid' AS p",
        ):
            with pytest.raises(duckdb.Error):
                database.execute(statement)
        on = database.execute("SELECT name FROM duckdb_settings() WHERE value = 'true' AND name LIKE 'auto%known%'")
        assert on.fetchall() == []
