"""The documents tell the truth: every block of C++ compiles, every link leads somewhere, every table is what programs print.

`python3 tests/documents/checks.py` writes the generated tables anew.
"""

import math
import pathlib
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import fragments  # noqa: E402
import layers  # noqa: E402
import promises  # noqa: E402
import reference  # noqa: E402
from checking import BUILD, Check, Failed, INCLUDE, ROOT, SINGLE_HEADER, output_of, run_unittests  # noqa: E402
from pages import blocks, broken_links, files_in, marked, name_of, names_in, pages, rows  # noqa: E402

README = ROOT / "README.md"
HEADERS = INCLUDE / "superoffice"
ARCHITECTURE = HEADERS / "README.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
SECURITY = ROOT / "SECURITY.md"
GUIDE = ROOT / "examples" / "README.md"
TOOL = ROOT / "examples" / "cli" / "README.md"
FIRMWARE = ROOT / "examples" / "firmware" / "README.md"
PERFORMANCE = ROOT / "tests" / "benchmarks" / "README.md"
HTTP = HEADERS / "http" / "README.md"
TRANSPORT = HEADERS / "transport" / "README.md"

README_LINES = 200
SCREENS = 180  # lines: three screens
LONG = ("examples/README.md", "packaging/README.md", "tests/README.md")  # pages that may be longer, and begin with a list of their contents
SWITCHES = ("-DSUPEROFFICE_WITH_MBEDTLS=1", "-DSUPEROFFICE_WITH_SOCKETS=1")
EVERYTHING = ("-DSUPEROFFICE_WITH_SIMDJSON=1", *SWITCHES, "-lsimdjson", "-lmbedtls", "-lmbedx509", "-lmbedcrypto")


# ---------------------------------------------------------------------------------------------- generated blocks

def printed_by(source, *options):
    """What the program prints, built with g++."""
    program = BUILD / "documents" / pathlib.Path(source).stem
    program.parent.mkdir(parents=True, exist_ok=True)
    output_of("g++", "-std=c++20", "-O1", f"-I{INCLUDE}", f"-I{ROOT / 'tests'}", ROOT / source, "-o", program, *options)
    return output_of(program)


def table(*heads):
    return "| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|\n"


def first_program():
    text = (ROOT / "examples" / "01_one_call.cpp").read_text(encoding="utf-8")
    return "```cpp\n" + text[text.index("#include"):] + "```\n"


def memory_table():
    return table("What", "Bytes") + printed_by("tests/size/memory.cpp", *EVERYTHING)


def property_table():
    return table("Property", "On the wire", "C++ types") + printed_by("tests/documents/property_table.cpp")


def error_table():
    return table("Code", "Meaning", "Who", "Again") + printed_by("tests/documents/error_table.cpp")


def leniency_table():
    return table("Reply", "RFC, section", "") + printed_by("tests/documents/http_table.cpp")


def measured(page, marker, what, column=1):
    """A figure of another document's table: of the row that begins with `what`."""
    text = page.read_text(encoding="utf-8")
    begin = text.index(f"<!-- {marker} -->")
    found = [row for row in rows(text[begin:]) if row[0].startswith(what)]
    if not found:
        raise Failed(f"{name_of(page)} has no row that begins with {what!r}")
    return found[0][column].split()[0].replace(",", "")


def headline_table():
    """The README's few figures, each from the table that it links to."""
    def kilobytes(what, column=1):
        return f"{int(measured(FIRMWARE, 'tests/firmware/sizes.py', what, column)) / 1000:.1f} KB"

    def factor(what):
        return f"{1 / float(measured(PERFORMANCE, 'tests/bench', what, 2)):.0f} times as fast"

    sizes, bench = "[sizes](examples/firmware/README.md)", "[benchmarks](tests/benchmarks/README.md)"
    memory = "[memory](examples/README.md#memory)"
    whole = "the library: the whole call, 2 properties"
    return table("What", "Measured", "Table") + "".join(f"| {' | '.join(row)} |\n" for row in (
        ("The whole call on a Cortex-M4, 2 properties", f"{kilobytes(whole)} of flash, {kilobytes(whole, 2)} of RAM", sizes),
        ("A firmware with mbedTLS, C library and all; its arena counted, the stack not",
         f"{kilobytes('firmware, TLS by mbedTLS')} of flash, {kilobytes('firmware, TLS by mbedTLS', 2)} of RAM", sizes),
        ("Your memory for request and reply of the documented task",
         f"{measured(GUIDE, 'tests/size/memory.cpp', 'your memory, at least, for the documented reply: compact reader')} bytes", memory),
        ("Decoding, simdjson reader, against nlohmann::json", factor("decode, the documented reply, against nlohmann"), bench),
        ("Decoding, compact reader, against jsmn with lookup", factor("`compact_reader`, the documented reply, against jsmn"), bench),
        ("Heap allocations of the library itself in a call", measured(PERFORMANCE, "tests/bench", "heap allocations per call", 2), bench),
    ))


def operation_table():
    """The catalogue of operations: the line of each says what is special about it."""
    source = (HEADERS / "service" / "operations.hpp").read_text(encoding="utf-8")
    lines = ""
    for request, reply, name, initialiser in re.findall(r"constexpr operation<(\w+),\s*([\w:<>]+)>\s*(\w+)\s*{(.*?)};", source, re.DOTALL):
        flat = re.sub(r"\s+", " ", initialiser)
        notes = [text for found, text in ((".method = http_method::get", "GET"), (".needs_credential = false", "no credential is sent"),
                                          (".may_repeat = false", "not repeated once it was sent")) if found in flat]
        lines += f"| `{name}` | `{request}` | `{reply}` | {', '.join(notes)} |\n"
    return table("Operation", "Request", "Reply", "Note") + lines


def layer_table():
    """The layers, lowest first, as the umbrella lists them; each has a page."""
    return table("Layer", "Holds") + "".join(
        f"| [{layer.name}/]({layer.name}/README.md) | {layer.title} |\n" for layer in layers.layers(HEADERS))


def header_table(page):
    """The headers of a page's folder with their title lines: the umbrella's first, in its order, then the others, then detail."""
    def make():
        order = [name for layer in layers.layers(HEADERS) for name in layer.headers]
        found = [path.relative_to(HEADERS).as_posix() for path in page.parent.rglob("*.hpp")]
        found.sort(key=lambda name: ("/detail/" in name, order.index(name) if name in order else len(order), name))
        lines = ""
        for name in found:
            title = (HEADERS / name).read_text(encoding="utf-8").splitlines()[0].partition(" - ")[2].replace("|", "\\|").replace("<", "&lt;")
            link = (HEADERS / name).relative_to(page.parent).as_posix()
            lines += f"| [{link}]({link}) | {title} |\n"
        return table("Header", "What it is") + lines
    return make


def layer_pages():
    """Each layer has a page, with a table of its headers."""
    return [HEADERS / layer.name / "README.md" for layer in layers.layers(HEADERS)]


GENERATED = (
    (README, "examples/01_one_call.cpp", first_program),
    (GUIDE, "tests/documents/property_table.cpp", property_table),
    (GUIDE, "tests/size/memory.cpp", memory_table),
    (GUIDE, "tests/documents/error_table.cpp", error_table),
    (GUIDE, "service/operations.hpp", operation_table),
    (HTTP, "tests/documents/http_table.cpp", leniency_table),
    (ARCHITECTURE, "layers", layer_table),
    *((page, "headers", header_table(page)) for page in layer_pages()),
    (README, "figures", headline_table),  # last: it reads the other tables
)


def is_generated(page, marker, make):
    def check():
        found, wanted = marked(page, marker).group(1), make()
        if found != wanted:
            raise Failed(f"{name_of(page)} differs; python3 tests/documents/checks.py writes this:\n{wanted}")
    return check


# ---------------------------------------------------------------------------------------------- every document

def links_lead_somewhere():
    if found := [broken for page in pages() for broken in broken_links(page)]:
        raise Failed("\n".join(found))


def pages_are_short():
    wrong = []
    for page in pages():
        name, lines = name_of(page), page.read_text(encoding="utf-8").splitlines()
        limit = README_LINES if page == README else SCREENS
        if name in LONG:
            if not any("](#" in line for line in lines[:30]):
                wrong.append(f"{name} is long and has no list of its contents")
        elif len(lines) > limit:
            wrong.append(f"{name} has {len(lines)} lines, more than {limit}: move something to the page that it is about")
    if wrong:
        raise Failed("\n".join(wrong))


def blocks_compile():
    source, count = fragments.translation_unit()
    if not count:
        raise Failed("no document has a block of C++")
    path = BUILD / "documents" / "fragments.cpp"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")
    output_of("g++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Wno-unused", f"-I{INCLUDE}", f"-I{HERE}",
              *SWITCHES, path)


SOURCES = (".hpp", ".cpp", ".h", ".c", ".in", ".py", ".build", ".txt", ".cmake", ".cs", ".js", ".mjs", ".toml", ".json", "")
NOT_IN_SOURCES = {"HTTPS_PROXY", "NO_PROXY", "dlclose", "HttpClient", "WebApiOptions"}  # of other programs


def names_are_there():
    """Every name that a document puts into a code span stands in some source. The changelog has old names, too."""
    words = set()
    for path in ROOT.rglob("*"):
        folders = path.relative_to(ROOT).parts
        if path.suffix in SOURCES and path.is_file() and not any(name == "build" or name.startswith(".") for name in folders):
            words.update(re.findall(r"\w+", path.read_text(encoding="utf-8", errors="replace")))
    wrong = [f"{name_of(page)}: {name} stands in no source" for page in pages() if page.name != "CHANGELOG.md"
             for name in sorted(set(names_in(page))) if name not in words and name not in NOT_IN_SOURCES]
    if wrong:
        raise Failed("\n".join(wrong))


# Files of other projects, of yours, and those that a program makes.
NOT_HERE = {"mine.cpp", "imgui.h", "check_config.h", "boost/describe.hpp", "work/ca.pem", "Swagger-v1-BLOBAgent.json",
            "share/superoffice-batch/superoffice_batch_gdb.py", "api-sources/openapi/agent/Swagger-v1-BatchAgent.json"}


def files_are_there():
    """Every file that a document puts into a code span exists, by its whole path or by the end of it. The changelog has old ones."""
    there = [f"/{path.relative_to(ROOT).as_posix()}" for path in ROOT.rglob("*") if path.is_file()
             and not any(name == "build" or name.startswith(".") for name in path.relative_to(ROOT).parts[:-1])]
    wrong = [f"{name_of(page)}: there is no {name}" for page in pages() if page.name != "CHANGELOG.md"
             for name in sorted(set(files_in(page))) if name not in NOT_HERE and not any(path.endswith(f"/{name}") for path in there)]
    if wrong:
        raise Failed("\n".join(wrong))


# ---------------------------------------------------------------------------------------------- single documents

OPTIONS = {
    "client_options": "service/options.hpp",
    "call_options": "service/options.hpp",
    "request_headers": "service/request_headers.hpp",
    "watch_options": "client/watch.hpp",
    "tls_options": "transport/tls/tls_options.hpp",
}


def members_with_defaults(source, name):
    """[(member, its initialiser or "")] of a struct."""
    body = re.search(rf"^struct {name} {{\n(.*?)^}};", source, re.DOTALL | re.MULTILINE)[1]
    member = re.compile(r"^    (?!//)[\w:<>* ]+[ *](\w+)(?:{([^}]*)}| = (.*?))?;", re.MULTILINE)
    return [(found[1], (found[2] or found[3] or "").replace("'", "").strip()) for found in member.finditer(body)]


def shown(default, source):
    """How the guide shows a default: text that the cell begins with, or "" for anything."""
    if named := re.search(rf"constexpr milliseconds {default}{{([\d']+)}}", source) if default.isidentifier() else None:
        default = named[1].replace("'", "")
    if default.isdigit():
        return f"{int(default) // 1000} s" if int(default) >= 1000 else default
    return default if default in ("true", "false") else ""


def options_are_told():
    """The guide has a table for each struct of options, with every member in the header's order and its default."""
    guide, wrong = GUIDE.read_text(encoding="utf-8"), []
    for name, header in OPTIONS.items():
        source = (HEADERS / header).read_text(encoding="utf-8")
        begin = guide.find(f"| `{name}` | Default |")
        told = [] if begin < 0 else [(row[0].strip("`"), row[1]) for row in rows(guide[begin:].partition("\n\n")[0])]
        wanted = members_with_defaults(source, name)
        if [member for member, _ in told] != [member for member, _ in wanted]:
            wrong.append(f"{name} has {[member for member, _ in wanted]}, the guide {[member for member, _ in told]}")
            continue
        for (member, default), (_, cell) in zip(wanted, told):
            if not cell.startswith(shown(default, source)):
                wrong.append(f"{name}::{member} is {shown(default, source)} by default, the guide says {cell}")
    if wrong:
        raise Failed("\n".join(wrong))


def operations_are_told():
    """The guide's table has a row for each operation of the catalogue. They are counted in another way than the table is made."""
    source, text = (HEADERS / "service" / "operations.hpp").read_text(encoding="utf-8"), GUIDE.read_text(encoding="utf-8")
    begin = text.index("| Operation |")
    told = len(rows(text[begin:].partition("\n\n")[0]))
    wanted = sum(line.startswith("inline constexpr operation<") for line in source.splitlines())
    if told != wanted:
        raise Failed(f"operations.hpp has {wanted} operations, the table \"All calls\" of the guide has {told}")


def value_of(constant):
    """The number that a constant of the headers has."""
    found = [match[1] for path in HEADERS.rglob("*.hpp")
             for match in re.finditer(rf"constexpr [\w:]+ {constant} = ([^;]+);", path.read_text(encoding="utf-8"))]
    if len(found) != 1:
        raise Failed(f"{len(found)} headers define the limit {constant}")
    plain = re.sub(r"std::\w+{(\d+)}", r"\1", found[0]).replace("'", "")
    product, _, shift = plain.partition("<<")
    return math.prod(int(factor) for factor in product.split("*")) << int(shift or 0)


def public_limits():
    """The limits that a program can name."""
    return {name for path in HEADERS.rglob("*.hpp") if "detail" not in path.parts
            for name in re.findall(r"^inline constexpr [\w:]+ (\w*max_\w+) =", path.read_text(encoding="utf-8"), re.MULTILINE)}


def limits_are_told():
    """The limits in SECURITY.md have the values of the headers."""
    text = SECURITY.read_text(encoding="utf-8")
    found = rows(text[text.index("<!-- limits -->"):].partition("\n\n")[0])
    wrong = [f"{name} is {value_of(name.strip('`')):,}, SECURITY.md says {cell}" for name, cell, _ in found
             if f"{value_of(name.strip('`')):,}" != cell]
    wrong += [f"SECURITY.md does not have {name}" for name in sorted(public_limits() - {row[0].strip("`") for row in found})]
    if wrong:
        raise Failed("\n".join(wrong))


def tool_is_told():
    """The page of the command line tool has every command and every exit code, and no others."""
    text, tool = TOOL.read_text(encoding="utf-8"), ROOT / "examples" / "cli"
    commands = re.findall(r'add_subcommand\(\s*"(\w+)"', (tool / "arguments.cpp").read_text(encoding="utf-8"))
    begin = text.index("| Command |")
    told = [re.match(r"`(\w+)", row[0])[1] for row in rows(text[begin:].partition("\n\n")[0])]
    enumeration = re.search(r"enum class exit_code {(.*?)};", (tool / "exit_code.hpp").read_text(encoding="utf-8"), re.DOTALL)[1]
    codes = re.findall(r"= (\d+)", enumeration)
    begin = text.index("| Code |")
    told_codes = [code for row in rows(text[begin:].partition("\n\n")[0]) for code in row[0].split(", ")]
    if sorted(commands) != sorted(told) or codes != told_codes:
        raise Failed(f"the tool has {commands} and ends with {codes}; {name_of(TOOL)} has {told} and {told_codes}")


def places_are_there():
    """Each place that CONTRIBUTING.md names holds the text that it names, and no other header does."""
    text, wrong = CONTRIBUTING.read_text(encoding="utf-8"), []
    begin = text.index("<!-- places -->")
    found = rows(text[begin:].partition("\n\n")[0])
    headers = {path: path.read_text(encoding="utf-8") for path in HEADERS.rglob("*.hpp")}
    for question, place, quoted in found:
        page = (ROOT / re.search(r"\((.*?)\)", place)[1]).resolve()
        code = quoted.strip("`").replace("\\|", "|")
        holders = sorted(path.relative_to(HEADERS).as_posix() for path, source in headers.items() if code in source)
        if holders != [page.relative_to(HEADERS).as_posix()]:
            wrong.append(f"{question}: {code!r} stands in {holders[:4] or 'no header'}, not only in {place}")
    if len(found) < 12 or wrong:
        raise Failed("\n".join([f"CONTRIBUTING.md answers {len(found)} questions", *wrong]))


def concepts_are_told():
    """Two tables have each thing that the concepts ask for."""
    text = TRANSPORT.read_text(encoding="utf-8")
    for header, name, heading in (("byte_transport.hpp", "byte_transport", "Write your own link"),
                                  ("http_transport.hpp", "http_transport", "Use your own HTTP stack")):
        source = (HEADERS / "transport" / header).read_text(encoding="utf-8")
        concept = re.search(rf"concept {name} =(.*?)\n    }};", source, re.DOTALL)[1]
        asked = re.findall(r"(?:\.|::)(\w+)(?:\(.*?\))? }", concept)
        section = re.search(rf"^## {heading}\n(.*?)(?:^## |\Z)", text, re.DOTALL | re.MULTILINE)[1]
        told = re.findall(r"(\w+)(?:\([\w, ]*\))?`", "".join(re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)))
        if sorted(asked) != sorted(told):
            raise Failed(f"{name} asks for {asked}, the table of {name_of(TRANSPORT)} has {told}")


def frame_loop():
    """The README's loop shows the result once, however many frames follow."""
    found = [block.text for block in blocks(README, "cpp") if "while (frame())" in block.text]
    if len(found) != 1:
        raise Failed(f"README.md has {len(found)} blocks with a frame loop")
    described, _, loop = found[0].partition("\n\n")
    with tempfile.TemporaryDirectory() as folder:
        source, program = pathlib.Path(folder, "loop.cpp"), pathlib.Path(folder, "loop")
        around = (HERE / "frame_loop.cpp.in").read_text(encoding="utf-8")
        source.write_text(around.replace("@described@", described).replace("@loop@", loop), encoding="utf-8")
        output_of("g++", "-std=c++20", f"-I{INCLUDE}", source, "-o", program)
        if (printed := output_of(program)) != "1\n":
            raise Failed(f"the README's frame loop shows the one result {printed.strip()} times")


JOB_DONE = """\
show, show, download, clean up, true
show, show, false
show, show, download, false
show, show, download, false
"""


def whole_job():
    """The README's function cleans up only when the file is whole and written, and downloads nothing of a watch that failed."""
    found = [block.text for block in blocks(README, "cpp") if "bool fetch_export(" in block.text]
    if len(found) != 1:
        raise Failed(f"README.md has {len(found)} blocks with fetch_export")
    with tempfile.TemporaryDirectory() as folder:
        source, program = pathlib.Path(folder, "job.cpp"), pathlib.Path(folder, "job")
        source.write_text((HERE / "whole_job.cpp.in").read_text(encoding="utf-8").replace("@job@", found[0]), encoding="utf-8")
        output_of("g++", "-std=c++20", source, "-o", program)
        if (printed := output_of(program)) != JOB_DONE:
            raise Failed(f"fetch_export does this, for a good file, a watch that failed, a file that broke off, and a full disk:\n{printed}")


def compiler_command():
    """The README's g++ line, in a folder with the header, builds the first program."""
    lines = [block.text.strip() for block in blocks(README, "sh") if block.text.startswith("g++ ")]
    if len(lines) != 1:
        raise Failed(f"README.md has {len(lines)} blocks with a g++ line")
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(SINGLE_HEADER.parent, pathlib.Path(folder, "superoffice"))
        shutil.copy(ROOT / "examples" / "01_one_call.cpp", pathlib.Path(folder, "mine.cpp"))
        output_of(*shlex.split(lines[0]), cwd=folder)
        printed = output_of(pathlib.Path(folder, "a.out"), code=1, environment={"SUPEROFFICE_TOKEN": ""})
    if printed != "no credential was given\n":
        raise Failed(f"built by {lines[0]}\nthe first program prints {printed!r}")


def cmake_lines():
    """The README's lines for CMake are among those of packaging/README.md, each of which tests/install builds."""
    known = {line for block in blocks(ROOT / "packaging" / "README.md", "cmake") for line in block.text.splitlines()}
    unknown = [line for block in blocks(README, "cmake") for line in block.text.splitlines() if line not in known]
    if unknown:
        raise Failed("README.md has lines for CMake that packaging/README.md does not have:\n" + "\n".join(unknown))


def reference_builds():
    """Doxygen has no warning, and no page shows a macro that only the library uses."""
    if problems := reference.build(BUILD / "documents" / "reference"):
        raise Failed("\n".join(problems))


def is_where_the_sizes_hold():
    version = subprocess.run(["g++", "-dumpversion"], capture_output=True, text=True, check=False).stdout.strip()
    return platform.machine() == "x86_64" and version.split(".")[0] == "12"


def checks():
    yield Check("documents: the checks of documents", lambda: run_unittests("discover", "-s", HERE, "-p", "test_*.py"))
    yield Check("documents: every link leads somewhere", links_lead_somewhere)
    yield Check("documents: every block of C++ compiles", blocks_compile)
    yield Check("documents: every name in a code span is one of the code", names_are_there)
    yield Check("documents: every file in a code span is there", files_are_there)
    yield Check("documents: each page is short", pages_are_short)
    for page, marker, make in GENERATED:
        if make is memory_table and not is_where_the_sizes_hold():
            print("skipped documents: tests/size/memory.cpp: the sizes are those of g++ 12 on x86-64")
            continue
        yield Check(f"documents: {name_of(page)}, {marker}", is_generated(page, marker, make))
    yield Check("documents: what a link and an HTTP stack have", concepts_are_told)
    yield Check("documents: every option of the guide", options_are_told)
    yield Check("documents: every operation of the guide", operations_are_told)
    yield Check("documents: the command line tool", tool_is_told)
    yield Check("documents: the places that CONTRIBUTING.md names", places_are_there)
    yield Check("documents: the limits in SECURITY.md", limits_are_told)
    yield Check("documents: the tests behind the promises of SECURITY.md", promises.promises_are_tested)
    yield Check("documents: each check that a page runs", promises.runs_are_known)
    yield Check("documents: the warnings that README.md names", promises.warnings_are_told)
    yield Check("documents: the first program by one command", compiler_command)
    yield Check("documents: the README's lines for CMake", cmake_lines)
    yield Check("documents: the frame loop", frame_loop)
    yield Check("documents: the whole job", whole_job)
    if shutil.which("doxygen"):
        yield Check("documents: the reference of the public headers", reference_builds)
    else:
        print("skipped documents: the reference: doxygen is not installed")


def main():
    for page, marker, make in GENERATED:
        found, text = marked(page, marker), page.read_text(encoding="utf-8")
        page.write_text(text[:found.start(1)] + make() + text[found.end(1):], encoding="utf-8")


if __name__ == "__main__":
    main()
