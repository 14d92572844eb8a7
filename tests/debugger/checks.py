"""gdb prints the library's types with packaging/debugger/superoffice_batch_gdb.py; the natvis file names members that exist."""

import pathlib
import re
import tempfile
import xml.etree.ElementTree

from checking import INCLUDE, ROOT, Check, Counts, Failed, output_of

HERE = pathlib.Path(__file__).resolve().parent
FILES = ROOT / "packaging" / "debugger"


def printed_by_gdb(compiler):
    """Each expression that shown.cpp names, as gdb prints it there."""
    source = HERE / "shown.cpp"
    wanted = re.findall(r"^ +// ([\w.]+): (.+)$", source.read_text(encoding="utf-8"), re.MULTILINE)
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "shown"
        output_of(compiler, "-std=c++20", "-g", "-O0", f"-I{INCLUDE}", source, "-o", program)
        commands = [f"source {FILES / 'superoffice_batch_gdb.py'}", "set debuginfod enabled off", "break puts", "run", "up"]
        commands += [f"output {name}\necho \\n{name}<\\n" for name, _ in wanted]
        script = pathlib.Path(folder) / "script"
        script.write_text("\n".join(commands), encoding="utf-8")
        printed = output_of("gdb", "-q", "-nx", "-batch", "-x", script, program)
    wrong = [f"{name}: {text}" for name, text in wanted if f"\n{text}\n{name}<\n" not in printed]
    if wrong or not wanted:
        raise Failed(f"gdb does not print {wrong}\n{printed}", Counts(len(wanted) - len(wrong), len(wrong) or 1))
    return Counts(len(wanted))


def natvis_names_what_exists():
    """Each type and each member that the natvis file names is one of a header, with the version's namespace."""
    tree = xml.etree.ElementTree.parse(FILES / "superoffice_batch.natvis")
    headers = "\n".join(path.read_text(encoding="utf-8") for path in INCLUDE.glob("superoffice/**/*.hpp"))
    (namespace,) = re.findall(r"define SUPEROFFICE_ABI (\w+)", headers)
    shown = 0
    for element in tree.iter():
        kind = element.tag.rpartition("}")[2]
        if kind in ("Type", "AlternativeType"):
            named = re.fullmatch(rf"superoffice::{namespace}::(\w+)(<(\*|void)>)?", element.get("Name"))
            if not named or not re.search(rf"(class|struct) (\[\[nodiscard\]\] )?{named[1]}\b", headers):
                raise Failed(f"there is no type {element.get('Name')}")
            shown += 1
        for member in re.findall(r"\b[a-z]+_(?!\w)|(?<=\.)\w+", f"{element.get('Condition')} {element.text}"):
            if not re.search(rf"\b{member}(\[[^]]+\])?( = [^;]+|\{{\}})?;", headers):
                raise Failed(f"no class has the member {member}, which the natvis file shows")
    states = re.search(r"enum class field_state : std::uint8_t \{ (.*) \}", headers)[1]
    if states != "absent, null, value":
        raise Failed(f"the natvis file takes the states of a field by their numbers, which are now: {states}")
    return Counts(shown)


def checks():
    for compiler in ("g++", "clang++"):
        yield Check(f"debugger: gdb prints values, {compiler}", lambda compiler=compiler: printed_by_gdb(compiler))
    yield Check("debugger: the natvis file names what exists", natvis_names_what_exists)
