#!/usr/bin/env python3
"""Writes the C++20 module `superoffice.batch`, with clang 19 or later:

    python3 packaging/module.py superoffice.batch.cppm [compiler option ...]

The options are those that your program is compiled with, such as -Iinclude and -DSUPEROFFICE_WITH_SOCKETS=1. CXX names the
compiler. Then:

    clang++-19 -std=c++20 OPTIONS --precompile superoffice.batch.cppm -o superoffice.batch.pcm
    clang++-19 -std=c++20 OPTIONS -fmodule-file=superoffice.batch=superoffice.batch.pcm mine.cpp superoffice.batch.pcm

The module exports every public name of the library. A module exports no macros: include <boost/describe.hpp> where you describe
structs of your own, before `import superoffice.batch;`. g++ 14 cannot use the module.
"""

import os
import pathlib
import re
import subprocess
import sys

UMBRELLA = "#include <superoffice/batch.hpp>\n"
SPACES = ("script", "http_script")  # namespaces of the public interface within superoffice
OURS = re.compile(rf"superoffice::((?:(?:{'|'.join(SPACES)})::)?\w+)")
HIDDEN = re.compile(rf"boost_\w+|v0_1\w*|detail|should_use_BOOST_\w+|{'|'.join(SPACES)}")


def clang(options, text, *what):
    words = [os.environ.get("CXX", "clang++-19"), "-std=c++20", *options, "-fsyntax-only", "-ferror-limit=0", *what, "-x", "c++", "-"]
    return subprocess.run(words, input=text, text=True, capture_output=True, check=False)


def declared(options):
    """Names that stand in namespace superoffice, and parameters of templates, which clang lists among them."""
    listed = clang(options, UMBRELLA, "-Xclang", "-ast-list")
    if listed.returncode:
        sys.exit(listed.stderr)
    found = {name[1] for line in listed.stdout.splitlines() if (name := OURS.fullmatch(line.strip()))}
    return sorted(name for name in found if not HIDDEN.fullmatch(name))


def exported(options):
    names = declared(options)
    uses = UMBRELLA + "namespace probe {\n" + "".join(f"using superoffice::{name};\n" for name in names) + "}\n"
    unknown = set(re.findall(r"error: no member named '(\w+)' in namespace 'superoffice'", clang(options, uses).stderr))
    return [name for name in names if name not in unknown]


def module(names):
    def block(space):
        own = [name for name in names if name.startswith(f"{space}::")]
        return f"namespace {space} {{\n" + "".join(f"using superoffice::{name};\n" for name in own) + "}\n"

    return ("// superoffice.batch.cppm - written by packaging/module.py.\n// SPDX-License-Identifier: BSL-1.0\nmodule;\n" + UMBRELLA +
            "export module superoffice.batch;\nexport namespace superoffice {\n" +
            "".join(f"using superoffice::{name};\n" for name in names if "::" not in name) +
            "".join(map(block, SPACES)) + "}\n")


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    pathlib.Path(sys.argv[1]).write_text(module(exported(sys.argv[2:])), encoding="utf-8")
