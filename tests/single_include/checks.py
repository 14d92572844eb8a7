"""The single header as somebody uses it who copied nothing else; and its generator."""

import pathlib
import re
import tempfile

from checking import COMPILERS, ROOT, SINGLE_HEADER, Check, Failed, output_of, run_unittests

HERE = pathlib.Path(__file__).resolve().parent
AMALGAMATE = ROOT / "single_include" / "amalgamate.py"

# A whole call, over a link that plays a canned reply.
USE = (ROOT / "examples" / "05_own_link.cpp").read_text()
USED = "62 %\n"


def generator():
    return run_unittests("discover", "-s", HERE, "-p", "amalgamate_test.py")


def up_to_date():
    output_of(AMALGAMATE, "--check")


def alone(header, forbidden):
    """With nothing switched on, the header and what `forbidden` leaves over are enough."""
    for compiler in COMPILERS:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            copy = folder / "superoffice" / "batch.hpp"
            copy.parent.mkdir()
            copy.write_bytes(pathlib.Path(header).read_bytes())
            (folder / "use.cpp").write_text(USE, encoding="utf-8")
            command = (compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", f"-I{folder}", folder / "use.cpp")
            output_of(*command, "-o", folder / "use")
            if not (printed := output_of(folder / "use")).endswith(USED):
                raise Failed(f"{compiler} built a program that prints:\n{printed}")
            opened = output_of(*command, "-M").replace("\\\n", " ").split()
            foreign = [path for path in opened if re.search(forbidden, path) or path.startswith(str(ROOT))]
            if foreign or str(copy) not in opened:
                raise Failed(f"{compiler} opened: {foreign or 'not the copy'}")


def core_alone():
    alone(SINGLE_HEADER, r"simdjson|mbedtls|/psa/")


def bundle_alone():
    with tempfile.TemporaryDirectory() as folder:
        bundle = pathlib.Path(folder) / "bundle.hpp"
        output_of(AMALGAMATE, "--bundle", bundle)
        alone(bundle, r"simdjson|mbedtls|/psa/|/boost/")


def checks():
    yield Check("amalgamate.py: what it writes and refuses", generator)
    yield Check("single header is what the headers give", up_to_date)
    yield Check("single header alone, nothing switched on", core_alone)
    yield Check("bundle alone, without Boost", bundle_alone)
