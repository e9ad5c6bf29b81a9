"""The files of the page: whole, in both languages, free of what its content policy or a missing network would break."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

PAGE = Path(__file__).resolve().parents[2] / "relief_engine" / "server" / "page"
SCRIPTS = sorted(PAGE.glob("js/*.js"))
STYLES = sorted(PAGE.glob("css/*.css"))
STRINGS: dict[str, dict[str, str]] = json.loads((PAGE / "strings.json").read_text(encoding="utf-8"))

#: Texts whose key is put together when the page runs: what begins so is used.
FAMILIES = ("nav_", "outcome_", "route_", "status_", "verification_", "people_state_")
CHINESE = re.compile(r"[\u3400-\u9fff]")


def test_no_text_stands_under_the_key_of_another() -> None:
    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        names = [name for name, _ in pairs]
        assert sorted(names) == sorted(set(names))
        return dict(pairs)

    json.loads((PAGE / "strings.json").read_text(encoding="utf-8"), object_pairs_hook=unique)


class Markup(HTMLParser):
    """What the page's frame is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._key: str | None = None
        self.loose: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._key = dict(attrs).get("data-t")

    def handle_data(self, data: str) -> None:
        if self._key is not None:
            self.texts[self._key] = self.texts.get(self._key, "") + data
            self._key = None


@pytest.fixture(scope="module")
def frame() -> Markup:
    markup = Markup()
    markup.feed((PAGE / "index.html").read_text(encoding="utf-8"))
    return markup


def keys_used() -> set[str]:
    """The keys that scripts and the frame ask for: what stands in t(…), also as one of two."""
    found: set[str] = set()
    for script in SCRIPTS:
        text = script.read_text(encoding="utf-8")
        for inside in re.findall(r"\bt\((.*?)[,)]", text):
            found.update(re.findall(r'"([a-z0-9_]+)"', inside))
        found.update(re.findall(r'"(column_[a-z]+)"', text))
    found.update(re.findall(r'data-t(?:-label)?="([a-z_]+)"', (PAGE / "index.html").read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_every_import_is_there_and_offers_the_name(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    for names, module in re.findall(r'import \{([^}]*)\} from "([^"]+)"', text):
        source = (script.parent / module).read_text(encoding="utf-8")
        for name in (part.strip() for part in names.split(",")):
            assert re.search(rf"export (async )?(function\*?|const|let|class) {name}\b", source), f"{module}: {name}"
            assert len(re.findall(rf"\b{name}\b", text)) > 1, f"{name} is imported and not used"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_make_no_markup_of_text_and_keep_nothing(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    for never in (
        "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "createContextualFragment",
        "eval(", "new Function", "localStorage", "sessionStorage", "indexedDB", "document.cookie", ".style", "srcdoc",
    ):  # fmt: skip
        assert never not in text, never


@pytest.mark.parametrize("file", [*SCRIPTS, *STYLES, PAGE / "index.html", PAGE / "icons.svg", PAGE / "icon.svg"])
def test_nothing_comes_from_elsewhere(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    addresses = set(re.findall(r"https?://[^\s\"')]+|(?:src|href|url)\s*[=(]\s*[\"']?//[^\s\"')]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert "@import" not in text


def test_the_frame_has_no_inline_script_or_style(frame: Markup) -> None:
    for tag, attributes in frame.tags:
        assert tag != "style"
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes), tag
        if tag == "script":
            assert attributes.get("src")


def test_what_the_frame_names_is_there(frame: Markup) -> None:
    named = [value for _, attributes in frame.tags for name in ("src", "href") if (value := attributes.get(name))]
    files = [value.removeprefix("static/").partition("#")[0] for value in named if value.startswith("static/")]
    assert len(files) >= 7
    for file in files:
        assert (PAGE / file).is_file(), file


def test_pictures_are_there() -> None:
    drawn = {symbol.get("id") for symbol in ET.parse(PAGE / "icons.svg").getroot()}
    asked = set(re.findall(r'icon\("([a-z]+)"\)', "".join(s.read_text(encoding="utf-8") for s in SCRIPTS)))
    assert asked
    assert asked | {"met", "unmet", "unknown", "referred", "none", "plain", "mark"} <= drawn


def test_every_text_stands_in_both_languages() -> None:
    for key, text in STRINGS.items():
        assert set(text) == {"zh", "en"}, key
        assert all(said.strip() for said in text.values()), key
        assert CHINESE.search(text["zh"]) or key in ("colon", "route_duckdb"), f"{key}: no Chinese"
        assert not CHINESE.search(text["en"]), f"{key}: Chinese in the English text"
        holes = [sorted(re.findall(r"\{(\w+)\}", text[language])) for language in ("zh", "en")]
        # The counter of a thing (份, 笔) has no place in English.
        assert set(holes[1]) <= set(holes[0]), key
        assert set(holes[0]) - set(holes[1]) <= {"counter"}, key


def test_every_text_that_is_asked_for_is_there_and_no_other() -> None:
    used = keys_used()
    assert used - set(STRINGS) == set()
    assert {key for key in STRINGS if not key.startswith(FAMILIES)} - used == set()


def test_the_frame_says_in_its_source_what_its_texts_say(frame: Markup) -> None:
    """Before the scripts run, and without them, the frame is Chinese."""
    assert len(frame.texts) > 8
    for key, text in frame.texts.items():
        assert text == STRINGS[key]["zh"]


def test_no_module_grows_without_end() -> None:
    for script in [*SCRIPTS, *STYLES]:
        text = script.read_text(encoding="utf-8")
        assert text.count("\n") <= 250, script.name
        assert max(map(len, text.splitlines())) <= 140, script.name
        assert text.startswith(("// ", "/* ")), f"{script.name} does not say what it is for"
