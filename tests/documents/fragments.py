"""One translation unit of all C++ blocks in all documents. Each block has its own namespace, so that blocks may use the same
names, unless it stands behind the line <!-- global -->. `#line` makes the compiler name the document and its line.

A paragraph that declares something stays as it is. All other paragraphs are statements: together they are the body of a
function. What a block uses and does not declare is in prelude.hpp.
"""

import re

from pages import blocks, name_of, pages

DECLARES = re.compile(r"(struct|class|enum|union|template|namespace|using|static_assert|inline|constexpr|BOOST_DESCRIBE_\w+|"
                      r"extern|int main)\b")
FUNCTION = re.compile(r"(?!if|for|while|switch|do|else|return|co_)[\w:<>,*&\[\] ]+ [\w:*&]+\([^;]*\)[ \w]*\{")
INCLUDE = re.compile(r"^#include .*$", re.MULTILINE)


def is_declaration(paragraph):
    lines = [line for line in paragraph if line.strip() and not line.lstrip().startswith("//")]
    return bool(lines) and bool(DECLARES.match(lines[0]) or FUNCTION.match(lines[0]))


def paragraphs(text):
    """(number of the first line, lines) of each piece between empty lines; an empty line inside braces divides nothing."""
    piece, first, depth = [], 0, 0
    for number, line in enumerate(text.splitlines()):
        if not line.strip() and depth == 0:
            if piece:
                yield first, piece
            piece = []
            continue
        if not piece:
            first = number
        piece.append(line)
        code = re.sub(r'"(?:[^"\\]|\\.)*"|//.*', "", line)
        depth += sum(code.count(c) for c in "{(") - sum(code.count(c) for c in "})")
    if piece:
        yield first, piece


def compiled(block, number):
    """The block as it is compiled."""
    text = INCLUDE.sub("", block.text)
    declarations, statements = [], []
    for first, lines in paragraphs(text):
        piece = f'#line {block.line + first} "{name_of(block.page)}"\n' + "\n".join(lines) + "\n"
        (declarations if is_declaration(lines) else statements).append(piece)
    body = "".join(declarations)
    if statements:
        body += f"[[maybe_unused]] void statements_{number}() {{\n" + "".join(statements) + "}\n"
    return body if block.is_global else f"namespace block_{number} {{\n{body}}}  // namespace\n"


def translation_unit():
    """(the source, how many blocks it has)"""
    found = [block for page in pages() for block in blocks(page, "cpp")]
    includes = sorted({line for block in found for line in INCLUDE.findall(block.text)})
    source = '#include "prelude.hpp"\n' + "\n".join(includes) + "\n"
    return source + "".join(compiled(block, number) for number, block in enumerate(found)), len(found)
