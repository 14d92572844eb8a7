"""The single header as somebody uses it who copied nothing else; and its generator."""

import pathlib
import re
import tempfile

from checking import COMPILERS, ROOT, SINGLE_HEADER, Check, Failed, output_of, run_unittests

HERE = pathlib.Path(__file__).resolve().parent
AMALGAMATE = ROOT / "single_include" / "amalgamate.py"

USE = """\
#include <superoffice/batch.hpp>

struct progress {
    superoffice::field<superoffice::coded<superoffice::BatchTaskState>> State;
    superoffice::field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent))

int main() {
    char text[] = R"({"State":"Started","ProgressPercent":42})";
    superoffice::compact_reader reader;
    const auto task = superoffice::decode<progress>(reader, {text, sizeof text - 1, sizeof text});
    return task && task->ProgressPercent == 42 && superoffice::select_of<progress>() == "State,ProgressPercent" ? 0 : 1;
}
"""


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
            output_of(folder / "use")
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
