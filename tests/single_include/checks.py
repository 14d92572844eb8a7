"""The single header and the opt-in headers beside it, used from a folder with nothing else; and their generator."""

import itertools
import pathlib
import re
import tempfile

from checking import COMPILERS, ROOT, SINGLE_HEADER, Check, Failed, output_of, run_unittests

HERE = pathlib.Path(__file__).resolve().parent
AMALGAMATE = ROOT / "single_include" / "amalgamate.py"
FOLDER = SINGLE_HEADER.parent

# A whole call, over a link that plays a canned reply.
USE = ROOT / "examples" / "05_own_link.cpp"
USED = "62 %\n"

# The compiler options that the program for each opt-in header needs. opt_in/std_types.cpp includes std_types.hpp, and ends
# with 0.
OPT_IN = {
    "std_types.hpp": (),
    "transport/cares_resolver.hpp": ("-DSUPEROFFICE_WITH_SOCKETS=1", "-lcares"),
    "xml.hpp": ("-lexpat",),
}


def generator():
    return run_unittests("discover", "-s", HERE, "-p", "amalgamate_test.py")


def up_to_date():
    output_of(AMALGAMATE, "--check")


def alone(copied, source, forbidden, *options, compiler, standard="c++20"):
    """Builds a program in a folder that has only the headers `copied` ({name under superoffice/: file}); gives what it
    prints. Fails if the compiler opens a file that matches `forbidden` or lies in this tree, or does not open one of the
    copies."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        copies = [folder / "superoffice" / header for header in copied]
        for copy, original in zip(copies, copied.values()):
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(pathlib.Path(original).read_bytes())
        (folder / "use.cpp").write_bytes(source.read_bytes())
        output_of(compiler, f"-std={standard}", "-Wall", "-Wextra", "-Werror", f"-I{folder}", "-MD", "-MF", folder / "opened",
                  folder / "use.cpp", *options, "-o", folder / "use")
        opened = (folder / "opened").read_text(encoding="utf-8").replace("\\\n", " ").split()
        foreign = [path for path in opened if re.search(forbidden, path) or path.startswith(str(ROOT))]
        unused = [str(copy) for copy in copies if str(copy) not in opened]
        if foreign or unused:
            raise Failed(f"{compiler} opened {foreign} and did not open {unused}")
        return output_of(folder / "use")


def core_alone(header=SINGLE_HEADER, forbidden=r"simdjson|mbedtls|/psa/"):
    """With nothing switched on."""
    for compiler in COMPILERS:
        if not (printed := alone({"batch.hpp": header}, USE, forbidden, compiler=compiler)).endswith(USED):
            raise Failed(f"{compiler} built a program that prints:\n{printed}")


def opt_in_beside(header=SINGLE_HEADER, forbidden=r"simdjson|mbedtls|/psa/", standards=("c++20", "c++2b")):
    """Each with its own switch and no other one."""
    written = {path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("**/*.hpp")} - {SINGLE_HEADER.name}
    if written != OPT_IN.keys():
        raise Failed(f"{FOLDER} holds {sorted(written)}: each needs a program in opt_in/, and a line in {__file__}")
    for (name, options), compiler, standard in itertools.product(OPT_IN.items(), COMPILERS, standards):
        source = (HERE / "opt_in" / name).with_suffix(".cpp")
        alone({"batch.hpp": header, name: FOLDER / name}, source, forbidden, *options, compiler=compiler, standard=standard)


def bundled(check):
    """Runs the check with a bundle in place of the single header, without Boost."""
    with tempfile.TemporaryDirectory() as folder:
        bundle = pathlib.Path(folder) / "bundle.hpp"
        output_of(AMALGAMATE, "--bundle", bundle)
        check(bundle, r"simdjson|mbedtls|/psa/|/boost/")


def checks():
    yield Check("amalgamate.py: what it writes and refuses", generator)
    yield Check("single header is what the headers give, and so are the opt-in ones", up_to_date)
    yield Check("single header alone, nothing switched on", core_alone)
    yield Check("single header and each opt-in header alone", opt_in_beside, seconds=300)
    yield Check("bundle alone, without Boost", lambda: bundled(core_alone))
    yield Check("bundle and each opt-in header alone, without Boost", lambda: bundled(opt_in_beside), seconds=300)
