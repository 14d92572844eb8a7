#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Writes the library as one header, single_include/superoffice/batch.hpp, and each opt-in header as one beside it.

    amalgamate.py                    write them where they are committed
    amalgamate.py --output FOLDER    write them elsewhere: FOLDER/superoffice/batch.hpp and so on
    amalgamate.py --output FILE.hpp  write batch.hpp alone, to that file
    amalgamate.py --check            compare with what is committed; the exit code says
    amalgamate.py --bundle FILE      batch.hpp with Boost.Describe and Boost.Mp11 folded in, for a folder without Boost;
                                     the opt-in headers work beside it as they are
    amalgamate.py --version          print the library's version

How: the headers that the umbrella reaches are put one after another, each once, a header behind those it includes.
One that is only reached under a switch gets an `#if` around it that says so. Each part keeps its include guard, so
the tree and the single header can meet in one translation unit. Includes of the standard library that no switch
governs are collected at the top; those of other libraries stay where they are. The pair macros_begin.hpp and
macros_end.hpp, which defines and removes the library's internal macros in each header that uses them, stands once, around
the parts. An opt-in header is made in the same way of what the single header lacks, behind an include of that. The output
depends on nothing but the headers and the licence: same input, same bytes.
"""

import argparse
import dataclasses
import difflib
import pathlib
import re
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
COMMITTED = REPOSITORY / "single_include"
PREFIX = "superoffice/"
UMBRELLA = "superoffice/batch.hpp"
VERSION_HEADER = "superoffice/base/version.hpp"

# Headers for hosts, included by those who want them. They are no part of the single header, but files beside it.
OPT_IN = {"superoffice/std_types.hpp", "superoffice/transport/cares_resolver.hpp", "superoffice/xml.hpp"}

# The internal macros: a header that uses one includes the first file after all its other includes, the second at its end.
MACROS_BEGIN = "superoffice/base/detail/macros_begin.hpp"
MACROS_END = "superoffice/base/detail/macros_end.hpp"
MACRO_PAIR = (MACROS_BEGIN, MACROS_END)

# All that may stay defined, besides include guards: the switches, which users set, the version, and what names the inline
# namespaces.
KEPT = {"SUPEROFFICE_WITH_SIMDJSON", "SUPEROFFICE_WITH_MBEDTLS", "SUPEROFFICE_WITH_SOCKETS",
        "SUPEROFFICE_SIMDJSON_BUILTIN_ONLY", "SUPEROFFICE_ASSERT",
        "SUPEROFFICE_VERSION_MAJOR", "SUPEROFFICE_VERSION_MINOR", "SUPEROFFICE_VERSION_PATCH", "SUPEROFFICE_VERSION_TEXT",
        "SUPEROFFICE_ABI", "SUPEROFFICE_ABI_READER"}
SINGLE_HEADER_MARK = "SUPEROFFICE_SINGLE_HEADER"  # stays, too, in the single header

# Macros of other libraries that we decide for good, because their headers read them.
PINNED = {"SIMDJSON_DEVELOPMENT_CHECKS", "SIMDJSON_IMPLEMENTATION_HASWELL", "SIMDJSON_IMPLEMENTATION_ICELAKE",
          "SIMDJSON_IMPLEMENTATION_WESTMERE"}

# The files around all parts: the umbrella and the opt-in headers include them, and so does each file that is written.
WARNINGS_BEGIN = "superoffice/base/detail/warnings_begin.hpp"
WARNINGS_END = "superoffice/base/detail/warnings_end.hpp"
UNGUARDED = (*MACRO_PAIR, WARNINGS_BEGIN, WARNINGS_END)

RULE = "// " + "-" * 117
SWITCH = re.compile(r"!?SUPEROFFICE_WITH_[A-Z0-9_]+")
STANDARD_HEADER = re.compile(r"[a-z_0-9]+")  # <cstdint>, not <time.h> and not <boost/describe.hpp>

Condition = frozenset  # of terms that all hold; empty: always


class Problem(Exception):
    """Something in the headers that has to be changed; the text says what."""


@dataclasses.dataclass(frozen=True)
class Directive:
    first: int  # its lines: [first, last)
    last: int
    name: str
    rest: str


@dataclasses.dataclass(frozen=True)
class Include:
    line: int
    target: str
    condition: Condition

    @property
    def is_own(self):
        return self.target.startswith(PREFIX)

    @property
    def is_standard(self):
        return STANDARD_HEADER.fullmatch(self.target) is not None


def read_directives(lines):
    """The preprocessor's lines of a source, continued ones joined; what block comments hide is left out."""
    directives = []
    in_comment = False
    number = 0
    while number < len(lines):
        first = number
        text = lines[number]
        number += 1
        is_directive = not in_comment and text.lstrip().startswith("#")
        while is_directive and text.endswith("\\") and number < len(lines):
            text = text[:-1] + " " + lines[number].strip()
            number += 1
        code = ""
        rest = text
        while rest:  # take the comments out
            if in_comment:
                _, end, rest = rest.partition("*/")
                in_comment = not end
            else:
                start = re.search(r"//|/\*", rest)
                if not start or start.group() == "//":
                    code += rest[: start.start()] if start else rest
                    break
                code += rest[: start.start()] + " "
                rest = rest[start.end():]
                in_comment = True
        match = re.match(r"\s*#\s*(\w+)\s*(.*?)\s*$", code)
        if is_directive and match:
            directives.append(Directive(first, number, match.group(1), match.group(2)))
    return directives


def terms_of(expression):
    """The terms of a conjunction. Anything else is one term."""
    if "||" in expression or "(" in expression:
        return Condition([expression])
    return Condition(term.strip() for term in expression.split("&&"))


def negation_of(terms):
    if len(terms) == 1:
        (term,) = terms
        return Condition([term[1:] if term.startswith("!") else "!" + term])
    return Condition(["!(" + " && ".join(sorted(terms)) + ")"])


class Header:
    """One header of the library: its lines, and what its preprocessor lines mean."""

    def __init__(self, name, text):
        self.name = name
        self.lines = text.split("\n")
        self.directives = read_directives(self.lines)
        self.includes = []
        self.macro_pair = []  # (line, which of MACRO_PAIR)
        self.warning_lines = set()  # those that include the files around the parts
        self.read_conditionals()
        self.check_macro_pair()
        self.check_macros()

    def fail(self, line, message):
        raise Problem(f"{self.name}:{line + 1}: {message}")

    @property
    def title(self):
        if not self.lines[0].startswith(f"// {self.name} - "):
            self.fail(0, f"the first line has to be '// {self.name} - one sentence.'")
        return self.lines[0]

    @property
    def guard(self):
        return re.sub(r"[^A-Z0-9]", "_", self.name.upper())

    def read_conditionals(self):
        stack = []  # (the condition of the branch we are in, is it the include guard?)
        guarded = False
        for index, directive in enumerate(self.directives):
            name, rest, line = directive.name, directive.rest, directive.first
            if name == "ifndef" and rest == self.guard and not guarded:
                following = self.directives[index + 1: index + 2]
                if not (following and following[0].name == "define" and following[0].rest == self.guard):
                    self.fail(line, f"'#define {self.guard}' has to follow the guard at once")
                guarded = True
                stack.append((Condition(), True))
            elif name == "if":
                stack.append((terms_of(rest), False))
            elif name in ("ifdef", "ifndef"):
                stack.append((Condition([("!" if name == "ifndef" else "") + f"defined {rest}"]), False))
            elif name in ("else", "elif", "endif"):
                if not stack:
                    self.fail(line, f"#{name} without #if")
                terms, is_guard = stack.pop()
                if is_guard and name != "endif":
                    self.fail(line, f"the include guard has an #{name}")
                if name != "endif":
                    stack.append((negation_of(terms) | (terms_of(rest) if name == "elif" else Condition()), False))
            elif name == "include":
                match = re.fullmatch(r'[<"](.+)[>"]', rest)
                if not match:
                    self.fail(line, f"'#include {rest}' is not understood: write the header's name")
                condition = Condition().union(*(terms for terms, _ in stack))
                include = Include(line, match.group(1), condition)
                if include.target in (WARNINGS_BEGIN, WARNINGS_END):
                    self.warning_lines.add(line)
                    continue
                if include.target in MACRO_PAIR:
                    self.macro_pair.append((line, include.target))
                    continue
                if include.is_own:
                    if self.macro_pair:
                        self.fail(line, f"includes {include.target} after {MACROS_BEGIN}: include that after all others")
                    self.check_own_include(include, rest)
                self.includes.append(include)
            elif name == "pragma" and rest == "once":
                self.fail(line, "#pragma once does not see that tree and single header are the same: use the guard only")
        if stack:
            self.fail(len(self.lines) - 1, "an #if is never closed")
        if guarded == (self.name in UNGUARDED):
            self.fail(0, f"the include guard {self.guard} is missing" if not guarded else
                      "has an include guard, although each header that uses it includes it anew")

    def check_own_include(self, include, spelling):
        if not spelling.startswith("<"):
            self.fail(include.line, f"write '#include <{include.target}>', with angle brackets")
        for term in include.condition:
            if not SWITCH.fullmatch(term):
                self.fail(
                    include.line,
                    f"the include of {include.target} depends on '{term}', which is not understood: "
                    "let it depend on SUPEROFFICE_WITH_ switches joined by && only, or include it always",
                )

    def check_macro_pair(self):
        """Begun once, or once in each branch of an #if, and ended once after that."""
        targets = [target for _, target in self.macro_pair]
        if targets and targets != [MACROS_BEGIN] * (len(targets) - 1 or 1) + [MACROS_END]:
            self.fail(self.macro_pair[-1][0], f"{MACROS_BEGIN} and {MACROS_END} come as a pair: the second once, at the end")

    def check_macros(self):
        """No macro of ours is left behind but those that are KEPT, and no foreign one is taken away."""
        left, taken, saved = {}, {}, set()
        for directive in self.directives:
            macro = re.match(r"\w*", directive.rest).group()
            if directive.name == "pragma":
                match = re.match(r'(push|pop)_macro\s*\(\s*"(\w+)"\s*\)', directive.rest)
                if match and match.group(1) == "push":
                    saved.add(match.group(2))
                elif match:
                    saved.discard(match.group(2))
                    left.pop(match.group(2), None)
                    taken.pop(match.group(2), None)
            elif (macro in KEPT or macro in PINNED or macro == self.guard or SWITCH.fullmatch(macro)
                  or self.name in UNGUARDED):
                continue
            elif directive.name == "define":
                left[macro] = directive.first
            elif directive.name == "undef" and left.pop(macro, None) is None:
                taken[macro] = directive.first
                if macro not in saved:
                    self.fail(directive.first, f"#undef of a foreign macro: save {macro} first, #pragma push_macro")
        for macro, line in left.items():
            self.fail(line, f"the macro {macro} stays defined: #undef it at the end, or move it and its #undef to "
                            "macros_begin.hpp and macros_end.hpp")
        for macro, line in taken.items():
            self.fail(line, f"the macro {macro} is taken from others: restore it at the end, #pragma pop_macro")


def read_tree(include_dir):
    """Every header of the library, by the name it is included by."""
    paths = sorted(include_dir.glob(PREFIX + "**/*.hpp"))
    return {
        name: Header(name, path.read_text(encoding="utf-8"))
        for name, path in ((path.relative_to(include_dir).as_posix(), path) for path in paths)
    }


def in_order(headers, start):
    """The headers that `start` reaches, each behind those it includes."""
    ordered = []
    path = []

    def visit(name):
        if name in path:
            cycle = " -> ".join(path[path.index(name):] + [name])
            raise Problem(f"include cycle: {cycle}; move what both need into a header of its own")
        if name in ordered:
            return
        if name not in headers:
            raise Problem(f"{path[-1]} includes {name}, which does not exist" if path else f"there is no {name}")
        path.append(name)
        for include in headers[name].includes:
            if include.is_own:
                visit(include.target)
        path.pop()
        ordered.append(name)

    visit(start)
    return ordered


def check_that_none_is_forgotten(headers, ordered):
    reached = set(ordered).union(UNGUARDED, *(in_order(headers, name) for name in OPT_IN if name in headers))
    for name in headers:
        if name not in reached:
            raise Problem(
                f"{name} is not reached from {UMBRELLA}: include it there, or list it as OPT_IN in amalgamate.py"
            )


def check_internal_macros(headers):
    """What macros_begin.hpp defines is what macros_end.hpp removes, and it is used only between the two."""
    if MACROS_BEGIN not in headers:
        return
    begun, ended = ({d.rest.split("(")[0].split()[0] for d in headers[name].directives if d.name == kind}
                    for name, kind in zip(MACRO_PAIR, ("define", "undef")))
    if begun != ended:
        raise Problem(f"{MACROS_END} has to #undef what {MACROS_BEGIN} defines: {', '.join(sorted(begun ^ ended))}")
    used = re.compile(rf"\b({'|'.join(begun)})\b")
    for name, header in headers.items():
        if name not in MACRO_PAIR:
            first = header.macro_pair[0][0] if header.macro_pair else len(header.lines)
            last = header.macro_pair[-1][0] if header.macro_pair else 0
            for number, line in enumerate(header.lines):
                if (found := used.search(line)) and not first < number < last:
                    header.fail(number, f"{found[0]} is used outside of {MACROS_BEGIN} and {MACROS_END}: include them")


def conditions_of(headers, ordered):
    """For each header the ways to reach it: a set of conditions of which one has to hold."""
    reached = {name: set() for name in ordered}
    reached[ordered[-1]].add(Condition())
    for name in reversed(ordered):  # whoever includes a header comes before it
        for include in headers[name].includes:
            if include.is_own:
                reached[include.target] |= {way | include.condition for way in reached[name]}
    # A way that asks for more than another adds nothing.
    return {name: {way for way in ways if not any(other < way for other in ways)} for name, ways in reached.items()}


def spell(ways):
    """The same as an expression for #if; empty: always."""
    if Condition() in ways:
        return ""
    spelled = sorted(" && ".join(sorted(way)) for way in ways)
    if len(spelled) > 1:
        spelled = [f"({way})" if " && " in way else way for way in spelled]
    return " || ".join(spelled)


def without_empty_conditionals(lines):
    """Takes out every #if ... #endif with nothing in it, which is what moving an include may leave."""
    kept = []
    for line in lines:
        if re.match(r"\s*#\s*endif\b", line):
            back = len(kept)
            while back and not kept[back - 1].strip():
                back -= 1
            if back and re.match(r"\s*#\s*if", kept[back - 1]) and not kept[back - 1].endswith("\\"):
                del kept[back - 1:]
                continue
        kept.append(line)
    return kept


def without_blank_runs(lines):
    kept = []
    for line in lines:
        if line.strip() or (kept and kept[-1].strip()):
            kept.append(line.rstrip())
    while kept and not kept[-1]:
        kept.pop()
    return kept


def version_of(headers):
    text = "\n".join(headers[VERSION_HEADER].lines)
    found = dict(re.findall(r"^#define SUPEROFFICE_VERSION_(\w+) (\S+)$", text, re.MULTILINE))
    version = ".".join(found.get(part, "?") for part in ("MAJOR", "MINOR", "PATCH"))
    if found.get("TEXT") != f'"{version}"':
        raise Problem(f"{VERSION_HEADER}: SUPEROFFICE_VERSION_TEXT has to be \"{version}\", like the numbers")
    return version


def banner(title, needs, licence):
    lines = [
        title,
        "SPDX-License-Identifier: BSL-1.0",
        "",
        "Written by single_include/amalgamate.py from the headers under include/: change those.",
        "",
        *needs,
        *licence.strip().split("\n"),
    ]
    return [f"// {line}".rstrip() for line in lines]


def banner_of_single_header(version, licence, bundled):
    needs = "nothing but the standard library" if bundled else "the headers of Boost.Describe (Boost 1.77 or later)"
    return banner(f"{UMBRELLA} - superoffice-batch {version}, the whole library in one header.", [
        f"Needs C++20 and {needs}. Where switched on, see config.hpp below:",
        "  SUPEROFFICE_WITH_SIMDJSON  simdjson, header and library",
        "  SUPEROFFICE_WITH_MBEDTLS   mbedTLS, headers and the libraries mbedtls, mbedx509, mbedcrypto",
        "  SUPEROFFICE_WITH_SOCKETS   the system's sockets; on Windows the library ws2_32",
        "",
    ], licence)


def banner_of_opt_in(name, version, licence):
    return banner(f"{name} - superoffice-batch {version}, an opt-in header beside the single one.", [], licence)


def section_of_umbrella(umbrella):
    """The umbrella is a table of contents: of it only the guard is left."""
    kept = []
    for line in umbrella.lines[1:]:
        if line.strip() and not re.match(r"\s*(//|#)", line):
            raise Problem(f"{UMBRELLA} only includes other headers; move this into one of them: {line.strip()}")
        if umbrella.guard in line:
            kept.append(line)
    return ["", RULE, umbrella.title, RULE, *kept, "#endif"]


def section(header, condition, hoisted):
    """One header as a part of the single header: its own includes are gone, they stand before it."""
    gone = {include.line for include in header.includes if include.is_own or include.target in hoisted}
    gone |= {line for line, _ in header.macro_pair} | header.warning_lines
    body = [line for number, line in enumerate(header.lines) if number > 0 and number not in gone]
    if body and body[0].startswith("// SPDX-License-Identifier:"):
        del body[0]
    lines = without_blank_runs(without_empty_conditionals(body))
    if condition:
        lines = [f"#if {condition}", *lines, f"#endif  // {condition}"]
    return ["", RULE, header.title, RULE, *lines]


def standard_includes(headers, reached):
    """Those that no condition governs: of a header that is always there, outside of every #if."""
    return {
        include.target
        for name, ways in reached.items() if not spell(ways)
        for include in headers[name].includes if include.is_standard and not include.condition
    }


def macros_of(headers, names):
    return {d.rest.split()[0] for name in names for d in headers[name].directives if d.name == "define"}


def sections(headers, reached, hoisted, known=()):
    """The headers as parts of one file. `known`: the macros that are defined before them."""
    known = set(known)
    lines = []
    begun = False
    for name, ways in reached.items():
        condition = spell(ways)
        for switch in re.findall(r"SUPEROFFICE_WITH_\w+", condition):
            if switch not in known:
                raise Problem(f"{name} is included where {switch} is 1, but nothing before it defines that switch: "
                              "include <superoffice/base/config.hpp> first")
        if headers[name].macro_pair and not begun:
            lines += section(headers[MACROS_BEGIN], "", hoisted)
            begun = True
        if name == UMBRELLA:
            lines += section_of_umbrella(headers[name])
        else:
            lines += section(headers[name], condition, hoisted)
        known |= macros_of(headers, [name])
    return lines + (section(headers[MACROS_END], "", hoisted) if begun else [])


def around(headers, name):
    """One of the files around all parts; the small trees of the tests have none."""
    return section(headers[name], "", set()) if name in headers else []


def single_header(headers, core, licence, bundled):
    hoisted = standard_includes(headers, core)
    return [
        *banner_of_single_header(version_of(headers), licence, bundled), "",
        *(f"#include <{target}>" for target in sorted(hoisted)), "",
        f"#define {SINGLE_HEADER_MARK} 1", *around(headers, WARNINGS_BEGIN),
        *sections(headers, core, hoisted), *around(headers, WARNINGS_END),
    ]


def opt_in_header(headers, core, name, licence):
    """What the single header lacks of an opt-in header and of those it includes, behind an include of the single header.
    The part of the version is there once more: it stops a single header of another version."""
    reached = conditions_of(headers, in_order(headers, name))
    for shared in sorted(reached.keys() & core.keys()):
        if not all(any(way <= wanted for way in core[shared]) for wanted in reached[shared]):
            raise Problem(f"{name} reaches {shared} where {UMBRELLA} does not: include it under the same switch")
    own = {part: ways for part, ways in reached.items() if part not in core}
    hoisted = standard_includes(headers, own)
    return [
        *banner_of_opt_in(name, version_of(headers), licence), "",
        f"#include <{UMBRELLA}>",
        *([""] if hoisted else []), *(f"#include <{target}>" for target in sorted(hoisted)),
        *section(headers[VERSION_HEADER], "", set()),
        *around(headers, WARNINGS_BEGIN),
        *sections(headers, own, hoisted, macros_of(headers, core)),
        *around(headers, WARNINGS_END),
    ]


def amalgamate(include_dir, licence, bundled=False):
    """The texts of the single header and of the opt-in headers beside it, by the names they are included by. Raises
    Problem where a header breaks a rule."""
    headers = read_tree(include_dir)
    ordered = in_order(headers, UMBRELLA)
    check_that_none_is_forgotten(headers, ordered)
    check_internal_macros(headers)
    core = conditions_of(headers, ordered)
    files = {UMBRELLA: single_header(headers, core, licence, bundled)}
    for name in sorted(OPT_IN & headers.keys()):
        files[name] = opt_in_header(headers, core, name, licence)
    return {name: "\n".join(lines) + "\n" for name, lines in files.items()}


# Boost, folded in.


def boost_folder(given):
    """Where boost/describe.hpp is: the folder given, or where the compiler finds it."""
    if given:
        return pathlib.Path(given)
    probe = subprocess.run(
        ["c++", "-x", "c++", "-std=c++20", "-M", "-"],
        input="#include <boost/describe.hpp>\n", capture_output=True, text=True, check=False)
    for word in probe.stdout.split():
        if word.endswith("boost/describe.hpp"):
            return pathlib.Path(word).parent.parent
    raise Problem("the compiler does not find boost/describe.hpp: name the folder that holds boost/ with --boost")


def folded(text, folder, used=None):
    """The text with every include of a Boost header replaced by that header, each once. `used` collects their names."""
    done = set()

    def expand(lines, always):
        depth = 0  # of conditionals; 1 is the include guard
        for line in lines:
            directive = re.match(r"\s*#\s*(if|endif)", line)
            if directive:
                depth += 1 if directive.group(1) == "if" else -1
            include = re.match(r"\s*#\s*include\s*<(boost/[^>]+)>", line)
            if not include:
                yield re.sub(r"__has_include\(<boost/[^>]+>\)", "1", line)  # it is here
                continue
            target = include.group(1)
            if target in done:
                continue
            path = folder / target
            if not path.is_file():
                raise Problem(f"{path} is needed and does not exist")
            if used is not None:
                used.add(target)
            # Under a condition it may be skipped, so the next include has to bring it again.
            unconditional = always and depth <= 1
            if unconditional:
                done.add(target)
            yield from expand(path.read_text(encoding="utf-8").rstrip("\n").split("\n"), unconditional)

    return "\n".join(expand(text.split("\n"), True))


# The command.


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))


def check(texts):
    """Whether the texts and nothing else are what is committed; prints where they differ."""
    committed = {
        path.relative_to(COMMITTED).as_posix(): path.read_bytes().decode("utf-8")
        for path in COMMITTED.glob(PREFIX + "**/*.hpp")
    }
    differing = [name for name in sorted(texts.keys() | committed.keys()) if texts.get(name) != committed.get(name)]
    for name in differing:
        difference = difflib.unified_diff(
            committed.get(name, "").splitlines(), texts.get(name, "").splitlines(),
            f"committed {name}", "from the headers", lineterm="", n=1)
        for line in list(difference)[:40]:
            print(line)
        advice = ("is not what the headers give: run single_include/amalgamate.py and commit the result" if name in texts
                  else "comes from no header: remove it")
        print(f"amalgamate: {(COMMITTED / name).relative_to(REPOSITORY)} {advice}", file=sys.stderr)
    return 1 if differing else 0


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--output", metavar="FOLDER|FILE.hpp", type=pathlib.Path)
    what.add_argument("--check", action="store_true")
    what.add_argument("--bundle", metavar="FILE", type=pathlib.Path)
    what.add_argument("--version", action="store_true")
    parser.add_argument("--boost", metavar="FOLDER", help="the folder that holds boost/, for --bundle")
    options = parser.parse_args(arguments)

    include_dir = REPOSITORY / "include"
    licence = (REPOSITORY / "LICENSE").read_text(encoding="utf-8")
    try:
        if options.version:
            text = (include_dir / VERSION_HEADER).read_text(encoding="utf-8")
            print(version_of({VERSION_HEADER: Header(VERSION_HEADER, text)}))
            return 0
        texts = amalgamate(include_dir, licence, bundled=options.bundle is not None)
        if options.check:
            return check(texts)
        if options.bundle:
            write(options.bundle, folded(texts[UMBRELLA], boost_folder(options.boost)))
            return 0
        if options.output and options.output.suffix == ".hpp":
            write(options.output, texts[UMBRELLA])
            return 0
        for name, text in texts.items():
            write((options.output or COMMITTED) / name, text)
        return 0
    except Problem as problem:
        print(f"amalgamate: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
