"""Finds the places of a header where a bug can be planted, and writes a copy of the header with bugs that a number switches on.

The headers are formatted by clang-format: a binary operator has a space on each side and the brackets of a template have none,
so tokens are enough and no parser is needed. Where that is not enough, the compiler refuses the copy and names the line;
plant.py leaves out the bugs of that line.
"""

import bisect
import dataclasses
import hashlib
import re

ON = "::superoffice_mutation::on({number})"

TOKEN = re.compile(r"""
      (?P<preprocessor>^[ ]*\#(?:[^\n]*\\\n)*[^\n]*)
    | (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<raw>R"(?P<fence>[^(\s]*)\(.*?\)(?P=fence)")
    | (?P<string>"(?:[^"\\\n]|\\.)*")
    | (?P<char>'(?:[^'\\\n]|\\.)+')
    | (?P<number>\b\d(?:[\w.]|'\w)*)
    | (?P<word>[A-Za-z_]\w*)
    | (?P<operator><<=|>>=|<=>|->\*|\.\.\.|::|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[^\w\s])
    | (?P<blank>\s+)
""", re.VERBOSE | re.MULTILINE | re.DOTALL)

OPERATORS = {"<": ("less", "<="), "<=": ("less_equal", "<"), ">": ("greater", ">="), ">=": ("greater_equal", ">"),
             "==": ("equal", "!="), "!=": ("unequal", "=="), "+": ("plus", "-"), "-": ("minus", "+"), "*": ("times", "+"),
             "/": ("divided", "*"), "%": ("remainder", "*"), "<<": ("shifted_left", ">>"), ">>": ("shifted_right", "<<"),
             "&": ("bit_and", "|"), "|": ("bit_or", "&"), "^": ("bit_xor", "|")}
ASSIGNMENTS = {"+=": "-=", "-=": "+=", "|=": "&=", "&=": "|="}
KEYWORDS = frozenset("""alignas auto break case catch class const constexpr continue default delete do else enum explicit extern for
    friend goto if inline namespace new operator private protected public requires return static static_assert struct switch
    template throw try typedef typename union using virtual volatile while consteval constinit concept mutable""".split())
OPEN, CLOSE = "([{", ")]}"
# A limit that no test may pass by its own name: the number itself is wrong.
LIMIT = "limit"


@dataclasses.dataclass(frozen=True)
class Edit:
    """Replaces the text from `begin` to `end` by `text`. If several begin at one place, the widest is the outermost."""

    begin: int
    end: int
    text: str
    opens: bool = True
    width: int = 0


@dataclasses.dataclass
class Mutant:
    header: str
    line: str  # the text of the line, which names the mutant in equivalent.toml
    change: str  # what is planted there
    nth: int  # which of the mutants with the same line and change
    kind: str
    edits: list
    begin: int  # where in the header
    number: int = 0
    name: str = ""  # of a mutant of named.toml
    must_be_built: bool = False
    alone: str = ""  # for a named mutant that must be built: the text of the header with only this bug

    @property
    def key(self):
        return (self.header, self.line, self.change, self.nth)

    def rank(self, seed):
        """A number that depends on nothing but the seed and the mutant itself."""
        return hashlib.sha256(repr((seed, self.key)).encode()).hexdigest()


@dataclasses.dataclass(frozen=True)
class Token:
    kind: str
    text: str
    begin: int
    end: int


def all_tokens(text):
    place = 0
    while place < len(text):
        found = TOKEN.match(text, place)
        kind = found.lastgroup if found.lastgroup != "fence" else "raw"
        yield Token(kind, found.group(), found.start(), found.end())
        place = found.end()


class Header:
    """One header: its tokens, their partners, and the mutants that they give."""

    def __init__(self, name, text):
        self.name, self.text = name, text
        self.tokens = [token for token in all_tokens(text) if token.kind not in ("preprocessor", "comment", "blank")]
        self.lines = [0] + [found.end() for found in re.finditer("\n", text)]
        self.partner = self._partners()
        self.found, self.counts = [], {}

    def mutants(self):
        for index, token in enumerate(self.tokens):
            if self._is_left_out(index):
                continue
            if token.kind == "operator":
                self._operator(index)
            elif token.kind == "number":
                self._number(index)
            elif token.kind == "char":
                self._char(index)
            elif token.kind == "word":
                self._word(index)
            if self._begins_statement(index):
                self._statement(index)
        return self.found

    # ------------------------------------------------------------------------------------------ the kinds of bugs

    def _operator(self, index):
        token = self.tokens[index]
        if token.text in OPERATORS and self._is_binary(index):
            name, becomes = OPERATORS[token.text]
            tag = f"{token.text} ::superoffice_mutation::{name}<{{number}}>{{}} {token.text}"
            self._add("operator", index, f"{token.text} becomes {becomes}", Edit(token.begin, token.end, tag))
        elif token.text in ("&&", "||") and self._is_binary(index):
            before, behind = (index - 1, -1), (index + 1, 1)
            left = self._operand(*before)
            if not self._is_chained(left, token.text):
                self._dropped_operand(index, left, index - 1, "left")
            self._dropped_operand(index, index + 1, self._operand(*behind), "right")
        elif token.text == "?" and self._is_binary(index):
            begin = self._operand(index - 1, -1, stops=("?", ":"), ends_at_logic=False)
            self._wrap("condition", index, "? takes the other way", begin, index - 1, f"({ON} != static_cast<bool>(", "))")

    def _dropped_operand(self, index, first, last, side):
        word = self.tokens[index].text
        opens = f"({ON} || static_cast<bool>(" if word == "&&" else f"(!{ON} && static_cast<bool>("
        self._wrap("dropped check", index, f"{word} without its {side} side", first, last, opens, "))")

    def _number(self, index):
        token = self.tokens[index]
        if re.search(r"[.eE]", token.text) and not token.text.startswith("0x"):
            return
        if self._stands_behind(index, "[") and self._follows(index, "]") and self.tokens[index - 3].kind == "word" \
                and self.tokens[index - 3].text != "return":
            return  # the size of an array that is declared
        self._add(self._kind("number", index), index, f"{token.text} becomes {token.text} + 1", Edit(token.begin, token.end, f"({token.text} + {ON})"))

    def _char(self, index):
        token = self.tokens[index]
        if self._statement_has(index, "case") and self.tokens[index + 1].text == ":":
            return
        self._add(self._kind("character", index), index, f"{token.text} becomes the next one",
                  Edit(token.begin, token.end, f"static_cast<char>({token.text} + {ON})"))

    def _word(self, index):
        token = self.tokens[index]
        if token.text in ("true", "false"):
            other = "false" if token.text == "true" else "true"
            code = f"({ON} != {token.text})"
            self._add(self._kind("bool", index), index, f"{token.text} becomes {other}", Edit(token.begin, token.end, code))
        elif token.text == "if" and self.tokens[index + 1].text == "(":
            self._condition(index + 1, ("never", "always"))
        elif token.text == "while" and self.tokens[index + 1].text == "(":
            self._condition(index + 1, ("never",))
        elif token.text in ("errc", "stage") and self._follows(index, "::") and not self._stands_behind(index, "::"):
            self._error_code(index)
        elif self._follows(index, "("):
            self._swapped(index)

    def _condition(self, bracket, ways):
        first, last = bracket + 1, self.partner.get(bracket, 0) - 1
        for place in range(last, first, -1):
            if self.tokens[place].text == ";" and self._encloses(place) == bracket:
                first = place + 1
                break
        words = [self.tokens[place].text for place in range(first, last + 1) if self._encloses(place) == bracket]
        if last < first or "=" in words:
            return
        for way in ways:
            opens = f"!{ON} && static_cast<bool>(" if way == "never" else f"{ON} || static_cast<bool>("
            self._wrap("dropped check", bracket, f"the condition is {way} true", first, last, opens, ")")

    def _error_code(self, index):
        token, code = self.tokens[index], self.tokens[index + 2]
        if code.kind != "word" or self._stands_behind(index, "case") or self._stands_behind(index, "enum"):
            return
        if token.text == "errc":
            other = "unexpected_status" if code.text != "unexpected_status" else "link_failed"
        else:
            other = "receive" if code.text != "receive" else "decode"
        name = f"{token.text}::{code.text}"
        self._add("error code", index, f"{name} becomes {token.text}::{other}",
                  Edit(token.begin, code.end, f"({ON} ? {token.text}::{other} : {name})"))

    def _swapped(self, index):
        """f(a, b) with two names."""
        bracket = index + 1
        inside = self.tokens[bracket + 1:self.partner.get(bracket, 0)]
        commas = [place for place, token in enumerate(inside) if token.text == ","]
        simple = all(token.kind == "word" and token.text not in KEYWORDS or token.text in (".", "->", "::", ",") for token in inside)
        if len(commas) != 1 or not simple or self.tokens[index].text in KEYWORDS or self._has_two_words(inside):
            return
        first = index
        while self.tokens[first - 1].text in (".", "->", "::") and self.tokens[first - 2].kind == "word":
            first -= 2
        if self.tokens[first - 1].text in (".", "->", "::") or self.tokens[first - 1].kind == "word" and self.tokens[first - 1].text != "return":
            return
        text = self.text
        left = text[inside[0].begin:inside[commas[0] - 1].end]
        right = text[inside[commas[0] + 1].begin:inside[-1].end] if commas[0] + 1 < len(inside) else ""
        begin, end = self.tokens[first].begin, self.tokens[self.partner[bracket]].end
        callee = text[begin:self.tokens[bracket].begin]
        if left == right or not right:
            return
        self._add("swapped arguments", index, f"{callee}({left}, {right}) becomes {callee}({right}, {left})",
                  Edit(begin, end, f"({ON} ? {callee}({right}, {left}) : {callee}({left}, {right}))"))

    def _statement(self, index):
        last = self._statement_end(index)
        if last is None or not self._is_expression(index, last):
            return
        words = self.tokens[index:last + 1]
        text = " ".join(self.text[words[0].begin:words[-1].end].split())
        shown = text if len(text) <= 60 else text[:57] + "..."
        self._wrap("dropped statement", index, f"dropped: {shown}", index, last, f"{{ if (!{ON}) ", " }")
        for place in range(index, last):
            word = self.tokens[place].text
            if word in ASSIGNMENTS and self._encloses(place) == self._encloses(index):
                self._wrap("operator", place, f"{word} becomes {ASSIGNMENTS[word]}", index, place - 1,
                           "::superoffice_mutation::assign<{number}>(", ")")

    # ------------------------------------------------------------------------------------------ tools

    def _add(self, kind, index, change, *edits):
        token = self.tokens[index]
        row = bisect.bisect_right(self.lines, token.begin) - 1
        end = self.text.find("\n", token.begin)
        line = " ".join(self.text[self.lines[row]:end].split())
        nth = self.counts[line, change] = self.counts.get((line, change), 0) + 1
        self.found.append(Mutant(self.name, line, change, nth, kind, list(edits), token.begin, must_be_built=kind == LIMIT))

    def _wrap(self, kind, index, change, first, last, opens, closes):
        if last < first:
            return
        begin, end = self.tokens[first].begin, self.tokens[last].end
        self._add(kind, index, change, Edit(begin, begin, opens, True, end - begin), Edit(end, end, closes, False, end - begin))

    def _partners(self):
        partner, stack = {}, []
        self.around = []
        for index, token in enumerate(self.tokens):
            if token.kind == "operator" and token.text in CLOSE and stack:
                partner[index] = stack[-1]
                partner[stack.pop()] = index
            self.around.append(stack[-1] if stack else None)
            if token.kind == "operator" and token.text in OPEN:
                stack.append(index)
        return partner

    def _encloses(self, index):
        return self.around[index]

    def _follows(self, index, word):
        return index + 1 < len(self.tokens) and self.tokens[index + 1].text == word

    def _stands_behind(self, index, word):
        return index > 0 and self.tokens[index - 1].text == word

    def _is_binary(self, index):
        if not 0 < index < len(self.tokens) - 1:
            return False
        token, before, behind = self.tokens[index], self.tokens[index - 1], self.tokens[index + 1]
        return before.text != "operator" and before.end < token.begin and token.end < behind.begin \
            and (before.kind in ("word", "number", "char", "string") and before.text not in KEYWORDS or before.text in ")]}>")

    def _operand(self, index, step, stops=(), ends_at_logic=True):
        """The last token of the operand that begins at `index` and is read in the direction `step`."""
        around, place = self._encloses(index if step > 0 else index), index
        if self.tokens[index].text in CLOSE + OPEN:
            around = self._encloses(index)
        ends = {",", ";", "=", "return", "?", ":", *ASSIGNMENTS, *stops} | ({"&&", "||"} if ends_at_logic else set())
        while 0 <= place < len(self.tokens):
            token = self.tokens[place]
            if token.kind == "operator" and token.text in (OPEN if step < 0 else CLOSE):
                return place - step
            if token.text in ends and (token.text not in ("&&", "||") or self._is_binary(place)):
                return place - step
            place = (self.partner.get(place, place) if token.text in (CLOSE if step < 0 else OPEN) else place) + step
        return index

    def _is_chained(self, first, word):
        return self.tokens[first - 1].text == word

    def _statement_first(self, index):
        while index > 0 and self.tokens[index - 1].text not in (";", "{", "}"):
            index -= 1
        return index

    def _statement_has(self, index, word):
        return any(token.text == word for token in self.tokens[self._statement_first(index):index])

    def _is_left_out(self, index):
        """What only the compiler reads, and assertions."""
        first = self._statement_first(index)
        head = {token.text for token in self.tokens[first:min(first + 12, index)]}
        if head & {"static_assert", "concept", "SUPEROFFICE_ASSERT", "assertion_failed"}:
            return True
        return any(token.text == "requires" for token in self.tokens[first:index]) or self._is_in_requirement(index) \
            or any(token.text in ("constexpr", "consteval") and self.tokens[place].text == "if"
                   for place, token in enumerate(self.tokens[first + 1:index], first))

    def _is_in_requirement(self, index):
        """Within the braces of a requires-expression."""
        while (index := self._encloses(index)) is not None:
            if self.tokens[index].text != "{":
                continue
            before = index - 1
            if self.tokens[before].text == ")":
                before = self.partner[before] - 1
            if self.tokens[before].text == "requires":
                return True
        return False

    def _kind(self, kind, index):
        return LIMIT if self._is_in_constant(index) else kind

    def _is_in_constant(self, index):
        words = [token.text for token in self.tokens[self._statement_first(index):index]]
        if "constexpr" in words and ("=" in words and "(" not in words[:words.index("=")] or "{" in words and "(" not in words):
            return True
        # The braces of a list belong to the statement before them.
        brace = self._encloses(index)
        is_list = brace is not None and self.tokens[brace].text == "{" and self.tokens[brace - 1].text in ("=", "{", ",")
        return is_list and self._is_in_constant(brace)

    def _begins_statement(self, index):
        if index == 0 or not self._is_in_function(index):
            return False
        before = self.tokens[index - 1].text
        if before in (";", "{", "}", "else"):
            return True
        if before == ")":
            return self.tokens[self.partner.get(index - 1, 1) - 1].text in ("if", "for", "while")
        if before == ":":
            words = [token.text for token in self.tokens[self._statement_first(index):index]]
            return words[0] in ("case", "default") and "?" not in words and "return" not in words
        return False

    def _is_in_function(self, index):
        brace = self._encloses(index)
        if brace is None or self.tokens[brace].text != "{":
            return False
        words = [token.text for token in self.tokens[self._statement_first(brace):brace]]
        if words and words[0] in ("class", "struct", "union", "enum", "namespace", "template", "inline") and ")" not in words:
            return False
        return not words or ")" in words or words[-1] in ("else", "do", "try")

    def _statement_end(self, index):
        for place in range(index, len(self.tokens)):
            if self._encloses(place) == self._encloses(index) and self.tokens[place].text == ";":
                return place
            if self.tokens[place].text == "}" and self._encloses(place) == self._encloses(self._encloses(index) or 0):
                return None
        return None

    def _is_expression(self, first, last):
        """Neither a declaration nor a statement with a keyword."""
        words = self.tokens[first:last]
        if not words or words[0].text in KEYWORDS or words[0].text in ("SUPEROFFICE_ASSERT", "static_cast") \
                or words[-1].text in ("default", "delete", "0") and len(words) > 1 and words[-2].text == "=" and words[-3].text == ")":
            return False
        if words[0].kind != "word" and words[0].text not in ("++", "--", "*", "(", "::"):
            return False
        if len(words) > 1 and words[-1].kind == "word" and words[-2].text in (">", ">>"):
            return False  # `a<(1 + 2)> x;`
        head = []
        for place, token in enumerate(words, first):
            if self._encloses(place) != self._encloses(first) or token.text in ("=", "(", "{", "["):
                break
            head.append(token)
        return not self._has_two_words(head[1:] if head and head[0].text in ("*", "(") else head)

    def _has_two_words(self, tokens):
        """`T x`, `T& x`, `a<T> x`: a declaration."""
        for before, token in zip(tokens, tokens[1:]):
            if token.kind == "word" and (before.kind == "word" or before.text in ("&", "*", ">", ">>", "&&")) and before.end < token.begin \
                    and token.text not in KEYWORDS:
                return True
        return False


def named_mutant(header, text, entry):
    """One of named.toml: `after` in place of `before`, which has to be there once."""
    before, after = entry["before"], entry["after"]
    if text.count(before) != 1:
        return None
    begin = text.index(before)
    code = after.replace("MUTANT", ON)
    return Mutant(header, entry["name"], "named", 1, "named", [Edit(begin, begin + len(before), code)], begin, name=entry["name"],
                  must_be_built="MUTANT" not in after, alone=text.replace(before, after.replace("MUTANT", "true")))


@dataclasses.dataclass
class Planted:
    """A copy of a header with bugs, and which of them stand on which of its lines."""

    text: str
    at_line: dict  # line of the copy: numbers
    near_line: dict  # line of the copy: numbers of the same line of the header


def planted(text, mutants):
    edits = [(edit, mutant.number) for mutant in mutants for edit in mutant.edits]
    # At one place: what ends there, the narrowest first, then what begins there, the widest first.
    edits.sort(key=lambda pair: (pair[0].begin, pair[0].opens, -pair[0].width if pair[0].opens else pair[0].width, pair[0].end))
    pieces, at_line, origin, place, line = ["#include <mutation.hpp>\n"], {}, {}, 0, 2
    row = 1

    def put(piece, original):
        nonlocal line, row
        pieces.append(piece)
        for character in piece:
            origin.setdefault(line, set()).add(row)
            if character == "\n":
                line += 1
                row += original
        origin.setdefault(line, set()).add(row)

    for edit, number in edits:
        if edit.begin < place:
            continue
        put(text[place:edit.begin], 1)
        put("\n", 0)
        first = line
        put(edit.text.replace("{number}", str(number)), 0)
        for each in range(first, line + 1):
            at_line.setdefault(each, set()).add(number)
        put("\n", 0)
        row += text[edit.begin:edit.end].count("\n")
        place = edit.end
    put(text[place:], 1)
    by_row = {}
    for mutant in mutants:
        first = text.count("\n", 0, min(edit.begin for edit in mutant.edits)) + 1
        last = text.count("\n", 0, max(edit.end for edit in mutant.edits)) + 1
        for each in range(first, last + 1):
            by_row.setdefault(each, set()).add(mutant.number)
    near = {each: set().union(*(by_row.get(one, set()) for one in rows)) for each, rows in origin.items()}
    return Planted("".join(pieces), at_line, near)
