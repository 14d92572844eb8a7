"""The README tells the truth: its program is the example's, its tables are what programs print.

`python3 tests/readme/checks.py` writes them anew.
"""

import pathlib
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from checking import BUILD, Check, Failed, INCLUDE, ROOT, SINGLE_HEADER, output_of  # noqa: E402

README = ROOT / "README.md"
EVERYTHING = ("-DSUPEROFFICE_WITH_SIMDJSON=1", "-DSUPEROFFICE_WITH_MBEDTLS=1", "-DSUPEROFFICE_WITH_SOCKETS=1",
              "-lsimdjson", "-lmbedtls", "-lmbedx509", "-lmbedcrypto")


def printed_by(source, *options):
    """What the program prints, built with g++."""
    program = BUILD / "readme" / pathlib.Path(source).stem
    program.parent.mkdir(parents=True, exist_ok=True)
    output_of("g++", "-std=c++20", "-O1", f"-I{INCLUDE}", f"-I{ROOT / 'tests'}", ROOT / source, "-o", program, *options)
    return output_of(program)


def first_program():
    text = (ROOT / "examples" / "01_one_call.cpp").read_text()
    return "```cpp\n" + text[text.index("#include"):] + "```\n"


def memory_table():
    return "| What | Bytes |\n|---|---|\n" + printed_by("tests/size/memory.cpp", *EVERYTHING)


def error_table():
    return "| Code | Meaning | Who | Again |\n|---|---|---|---|\n" + printed_by("tests/readme/error_table.cpp")


BLOCKS = {
    "examples/01_one_call.cpp": first_program,
    "tests/size/memory.cpp": memory_table,
    "error table": error_table,
}


def block(marker):
    """Where the block behind the marker stands: a fenced piece of code, or a table."""
    pattern = rf"<!-- {re.escape(marker)} -->\n(```cpp\n.*?```\n|(?:\|[^\n]*\n)+)"
    found = re.search(pattern, README.read_text(), re.DOTALL)
    if not found:
        raise Failed(f"README.md has no block marked <!-- {marker} -->")
    return found


def holds(marker):
    def check():
        found, wanted = block(marker).group(1), BLOCKS[marker]()
        if found != wanted:
            raise Failed(f"README.md differs; python3 tests/readme/checks.py writes this:\n{wanted}")
    return check


def concepts_are_told():
    """The README's two tables have each thing that the concepts ask for."""
    for header, name, heading in (("transport.hpp", "byte_transport", "Bring your own link"),
                                  ("http_transport.hpp", "http_transport", "Bring your own HTTP stack")):
        text = (INCLUDE / "superoffice" / header).read_text()
        concept = re.search(rf"concept {name} =(.*?)\n    }};", text, re.DOTALL)[1]
        asked = re.findall(r"(?:\.|::)(\w+)(?:\(.*?\))? }", concept)
        section = re.search(rf"^## {heading}\n(.*?)^## ", README.read_text(), re.DOTALL | re.MULTILINE)[1]
        told = re.findall(r"(\w+)(?:\([\w, ]*\))?`", "".join(re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)))
        if sorted(asked) != sorted(told):
            raise Failed(f"{name} asks for {asked}, the README's table tells of {told}")


# What the README's second program leaves out.
AROUND_FRAME_LOOP = """#include <superoffice/batch.hpp>
#include <array>
#include <chrono>
#include <cstdio>
{described}
int frames = 50, shown = 0;
bool frame() {{ return frames-- > 0; }}
void show(const superoffice::result<progress>&) {{ ++shown; }}
int main() {{
    constexpr superoffice::script_step steps[] = {{superoffice::script::would_block(), superoffice::script::would_block()}};
    superoffice::scripted link{{steps}};
    std::array<std::byte, 1024> memory;
    superoffice::client api{{link, "https://online.superoffice.com/Cust12345/api", superoffice::bearer{{"token"}}, memory}};
    {loop}
    std::printf("%d\\n", shown);
}}
"""


def frame_loop():
    """The README's loop shows what comes once, however many frames follow."""
    described, _, loop = re.findall(r"^```cpp\n(.*?)```$", README.read_text(), re.DOTALL | re.MULTILINE)[1].partition("\n\n")
    with tempfile.TemporaryDirectory() as folder:
        source, program = pathlib.Path(folder, "loop.cpp"), pathlib.Path(folder, "loop")
        source.write_text(AROUND_FRAME_LOOP.format(described=described, loop=loop))
        output_of("g++", "-std=c++20", f"-I{INCLUDE}", source, "-o", program)
        if (printed := output_of(program)) != "1\n":
            raise Failed(f"the README's frame loop shows {printed.strip()} times what came once")


def compiler_command():
    """The README's g++ line, in a folder with what it says stands there, makes the first program."""
    (line,) = re.findall(r"^```sh\n(g\+\+ .*)\n```$", README.read_text(), re.MULTILINE) or [None]
    if line is None:
        raise Failed("README.md has no g++ line")
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(SINGLE_HEADER.parent, pathlib.Path(folder, "superoffice"))
        shutil.copy(ROOT / "examples" / "01_one_call.cpp", pathlib.Path(folder, "mine.cpp"))
        output_of(*shlex.split(line), cwd=folder)
        printed = output_of(pathlib.Path(folder, "a.out"), code=1, environment={"SUPEROFFICE_TOKEN": ""})
    if printed != "no credential was given\n":
        raise Failed(f"built by {line}\nthe first program prints {printed!r}")


def is_where_the_sizes_hold():
    version = subprocess.run(["g++", "-dumpversion"], capture_output=True, text=True, check=False).stdout.strip()
    return platform.machine() == "x86_64" and version.split(".")[0] == "12"


def checks():
    for marker in BLOCKS:
        if marker == "tests/size/memory.cpp" and not is_where_the_sizes_hold():
            print("skipped readme: tests/size/memory.cpp: the README's sizes are those of g++ 12 on x86-64")
            continue
        yield Check(f"readme: {marker}", holds(marker))
    yield Check("readme: what a link and an HTTP stack have", concepts_are_told)
    yield Check("readme: the first program by one command", compiler_command)
    yield Check("readme: the frame loop", frame_loop)


def main():
    for marker, wanted in BLOCKS.items():
        found = block(marker)
        text = README.read_text()
        README.write_text(text[:found.start(1)] + wanted() + text[found.end(1):])


if __name__ == "__main__":
    main()
