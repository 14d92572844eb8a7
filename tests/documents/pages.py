"""The documents of the repository: which there are, their code blocks, tables and links.

A generated block stands behind a comment that names where it comes from:

    <!-- tests/size/memory.cpp -->
    | What | Bytes |
"""

import dataclasses
import pathlib
import re

from checking import ROOT, Failed

NOT_OURS = ("build", "subprojects")  # and folders whose name begins with a dot
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"(?<!\\)\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+?) *$", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Block:
    page: pathlib.Path
    line: int  # of its first line of code
    language: str
    text: str
    is_global: bool = False  # the block stands behind the line <!-- global -->


def pages(root=ROOT):
    """Every Markdown file, sorted."""
    found = []
    for path in root.rglob("*.md"):
        folders = path.relative_to(root).parts[:-1]
        if not any(name in NOT_OURS or name.startswith(".") for name in folders):
            found.append(path)
    return sorted(found)


def name_of(page, root=ROOT):
    return page.relative_to(root).as_posix()


def blocks(page, language=None):
    """The fenced blocks of a page, those of one language or all."""
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        if language is None or found.group(1) == language:
            line = text.count("\n", 0, found.start(2)) + 1
            yield Block(page, line, found.group(1), found.group(2), text[:found.start()].endswith("<!-- global -->\n"))


def marked(page, marker):
    """The generated block behind a marker: a fenced block of C++ or a table. A match whose group 1 is the block."""
    pattern = rf"<!-- {re.escape(marker)} -->\n(```cpp\n.*?```\n|(?:\|[^\n]*\n)+)"
    found = re.search(pattern, page.read_text(encoding="utf-8"), re.DOTALL)
    if not found:
        raise Failed(f"{name_of(page)} has no block behind <!-- {marker} -->")
    return found


def rows(table):
    """The cells of each row of a table, without its head."""
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]] for line in lines[2:]]


def without_code(text):
    """The text with its fenced blocks and code spans blanked out: what is in them is no link."""
    text = FENCE.sub(lambda found: "\n" * found.group(0).count("\n"), text)
    return re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", text)


NAME = re.compile(r"(?:[A-Za-z_]\w*::)*~?([A-Za-z_]\w*)(?:\(\))?")  # a code span that is one name and no more


def names_in(page):
    """The names that stand alone in code spans: of functions, types, options, files without a suffix."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for span in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text):
        if found := NAME.fullmatch(span):
            yield found[1]


FILE = re.compile(r"[\w-]+(?:[./+][\w-]+)*\.(?:hpp|cpp|py|toml|h|c|in|md|json|js|txt|build|cmake|http|pem)")  # such a span is a file's name


def files_in(page):
    """The names of files that stand alone in code spans."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return [span for span in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text) if FILE.fullmatch(span)]


def anchor(heading):
    """The fragment that GitHub makes of a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)  # of a link, only its text
    return re.sub(r"[^\w\- ]", "", text.lower().replace("`", "")).replace(" ", "-")


def anchors(page):
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return {anchor(heading) for heading in HEADING.findall(text)}


def broken_links(page, root=ROOT):
    """One sentence for each relative link that leads nowhere."""
    for target in LINK.findall(without_code(page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue  # another site: the tests need no network
        path, _, fragment = target.partition("#")
        to = (page.parent / path).resolve() if path else page
        if not to.exists():
            yield f"{name_of(page, root)}: {target} does not exist"
        elif fragment and to.suffix == ".md" and fragment not in anchors(to):
            yield f"{name_of(page, root)}: {target}: there is no such heading"
