#!/usr/bin/env python3
"""Builds the reference of the public headers with doxygen: python3 tests/documents/reference.py FOLDER

Prints doxygen's warnings and fails if there is one. Internal macros that a page shows are a fault, too.
"""

import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
STYLE = pathlib.Path("/usr/share/doxygen-awesome-css/doxygen-awesome.css")

# The macros that a user may set or read.
PUBLIC_MACROS = re.compile(r"SUPEROFFICE_(WITH_(SIMDJSON|MBEDTLS|SOCKETS)|SIMDJSON_BUILTIN_ONLY|ASSERT|VERSION\w*|SINGLE_HEADER|BATCH_HPP)$")
INLINE_NAMESPACE = re.compile(r"^inline namespace SUPEROFFICE_ABI\w* {$|^}  // namespace SUPEROFFICE_ABI\w*$", re.MULTILINE)


COMMENT = re.compile(r"^(?P<code>.*?)(?P<comment>///<? (?!    ).*)$", re.MULTILINE)
CODE_SPAN_OR_TAG = re.compile(r"`[^`]*`|<(/?\w[\w/.]*)>")


def without_tags(comment):
    """<chrono> in a sentence is a header, no HTML: doxygen is told so."""
    return CODE_SPAN_OR_TAG.sub(lambda found: f"\\<{found[1]}\\>" if found[1] else found[0], comment)


def filtered(source):
    """A header as doxygen should see it: the lines keep their numbers."""
    source = INLINE_NAMESPACE.sub("", source)
    return COMMENT.sub(lambda found: found["code"] + without_tags(found["comment"]), source)


def shown_macros(folder):
    """{page: macros that it shows and should not}"""
    found = {}
    for page in sorted((folder / "html").glob("*.html")):
        names = set(re.findall(r"\bSUPEROFFICE_\w+", page.read_text(encoding="utf-8")))
        if hidden := sorted(name for name in names if not PUBLIC_MACROS.match(name)):
            found[page.name] = hidden
    return found


def internal_macros():
    """Settings that make the macros that the library uses inside its headers vanish."""
    source = (ROOT / "include" / "superoffice" / "base" / "detail" / "macros_begin.hpp").read_text(encoding="utf-8")
    return "".join(f'PREDEFINED += "{name}="\n' for name in sorted(set(re.findall(r"#define (SUPEROFFICE_\w+(?:\(\w+\))?)", source))))


def build(folder):
    """Everything that is wrong, as lines."""
    folder.mkdir(parents=True, exist_ok=True)
    config = (HERE / "Doxyfile").read_text(encoding="utf-8") + f'OUTPUT_DIRECTORY = "{folder}"\n' + internal_macros()
    if STYLE.exists():
        config += f'HTML_EXTRA_STYLESHEET = "{STYLE}"\n'
    ran = subprocess.run(["doxygen", "-"], cwd=ROOT, input=config, text=True, capture_output=True, check=False)
    problems = [line.replace(f"{ROOT}/", "") for line in (ran.stdout + ran.stderr).splitlines() if line.strip()]
    if ran.returncode and not problems:
        problems.append(f"doxygen ended with {ran.returncode}")
    problems += [f"{page} shows {', '.join(names)}" for page, names in shown_macros(folder).items()]
    return problems


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "--filter":
        print(filtered(pathlib.Path(arguments[1]).read_text(encoding="utf-8")), end="")
        return 0
    if len(arguments) != 1:
        print("usage: reference.py FOLDER", file=sys.stderr)
        return 2
    problems = build(pathlib.Path(arguments[0]).absolute())
    print("\n".join(problems) if problems else f"{arguments[0]}/html/index.html")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
