"""Each *.cpp here is one mistake that must be a compile error with a helpful sentence.

The file's first lines say which: `// expect: sentence`, and `// expect-also: sentence` for more. White space counts as
one blank, since compilers break lines as they like. Each is compiled by itself with nothing switched on, which is quick;
then all of them together with everything switched on: reading simdjson and mbedTLS takes five times as long as the rest.
"""

import pathlib
import re
import tempfile

from checking import COMPILERS, INCLUDE, Check, Failed, output_of

HERE = pathlib.Path(__file__).resolve().parent
SOURCES = sorted(HERE.glob("*.cpp"))
STANDARDS = ("c++20", "c++2b")
ON = ("-DSUPEROFFICE_WITH_SIMDJSON=1", "-DSUPEROFFICE_WITH_MBEDTLS=1", "-DSUPEROFFICE_WITH_SOCKETS=1")
ALL_ERRORS = {"g++": "-fmax-errors=0", "clang++": "-ferror-limit=0"}


def sentences_of(path):
    text = path.read_text(encoding="utf-8")
    if not text.startswith("// expect: "):
        raise Failed(f"{path.name} does not begin with '// expect: '")
    return re.findall(r"^// expect(?:-also)?: (.+)$", text, re.M)


def says(sentences, compiler, standard, *options, text=""):
    """Compiles the file or the text, which must fail, and looks for the sentences in the output."""
    printed = output_of(compiler, f"-std={standard}", f"-I{INCLUDE}", "-fsyntax-only", *options, code=1, text_in=text)
    missing = [each for each in sentences if " ".join(each.split()) not in " ".join(printed.split())]
    if missing:
        raise Failed(f"{compiler} -std={standard} {' '.join(map(str, options))} does not say: {missing}\n{printed}")
    return printed


# What people write first, and forget: g++ prints one error for each, and clang++ the sentence before anything else.
ONE_SENTENCE = {"const_member", "member_cannot_hold", "undescribed_enum", "undescribed_struct", "unknown_member",
                "unknown_nested_member", "unsupported_member", "unsupported_selected_member"}


def errors_in(printed):
    return [line for line in printed.splitlines() if " error: " in line]


def stops_the_compiler(path):
    for compiler in COMPILERS:
        for standard in STANDARDS:
            printed = says(sentences_of(path), compiler, standard, path)
            errors = errors_in(printed)
            if path.stem in ONE_SENTENCE and (sentences_of(path)[0] not in errors[0] or
                                              (compiler == "g++" and (len(errors) > 1 or printed.count("\n") > 40))):
                raise Failed(f"{compiler} -std={standard} {path.name} does not stop after one sentence:\n{printed}")


def all_at_once(compiler, standard):
    """Each file in a namespace of its own; what it includes has been included before."""
    includes = sorted({line for path in SOURCES for line in re.findall(r"^#include .*$", path.read_text(), re.M)})
    parts = [f'namespace {path.stem}_ {{\n#include "{path}"\n}}' for path in SOURCES]
    says([each for path in SOURCES for each in sentences_of(path)], compiler, standard, *ON, ALL_ERRORS[compiler],
         "-x", "c++", "-", text="\n".join([*includes, *parts]) + "\n")


def before_cxx20(compiler):
    """The first error is the one that helps, and the compiler stops behind it."""
    printed = output_of(compiler, "-std=c++17", "-fsyntax-only", "-x", "c++", f"-I{INCLUDE}", "-", code=1,
                        text_in="#include <superoffice/batch.hpp>\n")
    first = next(line for line in printed.splitlines() if "error:" in line)
    if "superoffice-batch: C++20 is needed: -std=c++20, in Meson cpp_std=c++20, in CMake cxx_std_20" not in first:
        raise Failed(f"{compiler} -std=c++17 begins with: {first}")
    if printed.count("\n") > 12 or printed.count("error: ") != 2 or "fatal error: " not in printed:
        raise Failed(f"{compiler} -std=c++17 goes on behind it:\n{printed}")


# What is missing or too old, the switch that asks for it, the header that uses it, and the sentence.
OLD = HERE / "old_libraries"
NEEDED = (
    ("Boost", "too old", None, "schema/detail/describe.hpp", "this Boost is too old for Boost.Describe: install Boost 1.77 or later"),
    ("Boost", "missing", None, "schema/detail/describe.hpp", "Boost.Describe is missing: install Boost 1.77 or later"),
    ("simdjson", "too old", "SIMDJSON", "codec/simdjson_reader.hpp", "this simdjson is too old: version 3.0 or later is needed"),
    ("simdjson", "missing", "SIMDJSON", "codec/simdjson_reader.hpp", "simdjson.h is missing: install simdjson 3.0 or later"),
    ("mbedTLS", "too old", "MBEDTLS", "transport/tls/detail/mbedtls.hpp", "this mbedTLS is too old: version 2.28 or later is needed"),
    ("mbedTLS", "missing", "MBEDTLS", "transport/tls/detail/mbedtls.hpp", "mbedtls/version.h is missing: install mbedTLS 2.28 or later"),
)


def without_libraries(compiler, folder):
    """Options for a compiler that finds the standard library and the system's headers, but no library that we use."""
    searched = re.findall(r"^ (/.+)$", output_of(compiler, "-E", "-Wp,-v", "-x", "c++", "-"), re.M)
    hidden = {"boost", "mbedtls", "psa", "simdjson.h"}
    for entry in pathlib.Path("/usr/include").iterdir():
        if entry.name not in hidden:
            (folder / entry.name).symlink_to(entry)
    kept = [place for place in searched if place not in ("/usr/include", "/usr/local/include")]
    return ["-nostdinc", *(f"-isystem{place}" for place in [*kept, folder])]


def names_what_is_needed(age, switch, header, sentence):
    """The first error names the package."""
    for compiler in COMPILERS:
        with tempfile.TemporaryDirectory() as folder:
            options = [*([f"-I{OLD}"] if age == "too old" else []), *without_libraries(compiler, pathlib.Path(folder)),
                       *([f"-DSUPEROFFICE_WITH_{switch}=1"] if switch else []), f"-I{INCLUDE}"]
            printed = output_of(compiler, "-std=c++20", "-fsyntax-only", *options, "-x", "c++", "-", code=1,
                                text_in=f"#include <superoffice/{header}>\n")
        first = next(line for line in printed.splitlines() if "error:" in line)
        if "superoffice-batch: " not in first or sentence not in first:
            raise Failed(f"{compiler}: instead of '{sentence}' the first error is: {first}\n{printed}")


def checks():
    for what, age, switch, header, sentence in NEEDED:
        yield Check(f"compile_fail: {what} is {age}",
                    lambda given=(age, switch, header, sentence): names_what_is_needed(*given))
    for compiler in COMPILERS:
        yield Check(f"compile_fail: a standard before C++20, {compiler}", lambda compiler=compiler: before_cxx20(compiler))
    for path in SOURCES:
        yield Check(f"compile_fail: {path.stem}", lambda path=path: stops_the_compiler(path))
    for compiler in COMPILERS:
        for standard in STANDARDS:
            yield Check(f"compile_fail: all with everything switched on, {compiler} {standard}",
                        lambda compiler=compiler, standard=standard: all_at_once(compiler, standard), seconds=240)
