"""What the pages of the front doors say they were tested with is what they are tested with."""

import re
from pathlib import Path

import pytest

CLIENTS = Path(__file__).parents[1]
PAGES = CLIENTS.parents[1] / "Docs" / "front-doors"
#: For each folder of tests the page that tells of them; of the others it has the folder's name.
PAGE = {"native": "python", "mitiq": "cirq", "pennylane": "qiskit"}
#: What tests need for themselves.
OURS = {"pytest", "pytest-mock", "flaky", "mypy"}
NAMES = {"cirq-core": "cirq"}


def pins(folder):
    lines = (CLIENTS / folder / "requirements.txt").read_text().split()
    found = dict(re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)", line).groups() for line in lines)
    return {NAMES.get(name, name): version for name, version in found.items() if name not in OURS}


FOLDERS = sorted(path.parent.name for path in CLIENTS.glob("*/requirements.txt"))


def stated(text):
    """Versions as a page states them: the words before a number with two dots or one."""
    return [(name.lower(), version) for name, version in re.findall(r"\b([A-Za-z][\w-]+) (\d+(?:\.\d+)+)\b", text)]


@pytest.mark.parametrize("page", sorted({PAGE.get(folder, folder) for folder in FOLDERS}))
def test_a_page_tells_what_it_must(page):
    text = (PAGES / f"{page}.md").read_text()
    assert "```" in text, "no line of setup"
    for heading in ("What works", "What is refused", "Tested with"):
        assert len(re.findall(rf"^## {heading}$", text, re.MULTILINE)) == 1, heading
    tested = stated(text[text.index("## Tested with"):])
    for folder in FOLDERS:
        if PAGE.get(folder, folder) == page:
            for name, version in pins(folder).items():
                assert folder in text
                # Several folders may have a package each in a version of its own; httpx is how our own client speaks.
                judge = name in ("httpx", "numpy", "cirq", "qiskit", "qiskit-aer")
                assert (name, version) in tested or judge and folder != name, name


@pytest.mark.parametrize("page", sorted(path.stem for path in PAGES.glob("*.md")))
def test_no_page_states_another_version(page):
    known = {}
    for folder in FOLDERS:
        if page in ("README", PAGE.get(folder, folder)):
            for name, version in pins(folder).items():
                known.setdefault(name, set()).add(version)
    wrong = [(name, version) for name, version in stated((PAGES / f"{page}.md").read_text())
             if name in known and version not in known[name]]
    # "Qiskit 2.0 or newer" says what is needed, not what was tested.
    needed = [(name.lower(), version) for name, version in re.findall(
        r"\b([A-Za-z][\w-]+) (\d+(?:\.\d+)+) or newer", (PAGES / f"{page}.md").read_text())]
    assert [entry for entry in wrong if entry not in needed] == []
    assert known, "nothing tests what the page tells of"
