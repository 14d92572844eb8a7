"""Each *.cpp here is one misuse that has to stop the compiler, with a sentence that helps.

The file's first lines say which: `// expect: sentence`, and `// expect-also: sentence` for more. A line `// flags: ...`
adds options. White space counts as one blank, since compilers break lines as they like.
"""

import pathlib
import re
import shlex

from checking import COMPILERS, INCLUDE, Check, Failed, output_of

HERE = pathlib.Path(__file__).resolve().parent
ON = ("-DSUPEROFFICE_WITH_SIMDJSON=1", "-DSUPEROFFICE_WITH_MBEDTLS=1", "-DSUPEROFFICE_WITH_SOCKETS=1")


def stops_the_compiler(path):
    text = path.read_text(encoding="utf-8")
    if not text.startswith("// expect: "):
        raise Failed(f"{path.name} does not begin with '// expect: '")
    sentences = re.findall(r"^// expect(?:-also)?: (.+)$", text, re.M)
    flags = [word for line in re.findall(r"^// flags: (.+)$", text, re.M) for word in shlex.split(line)]
    for compiler in COMPILERS:
        for standard in ("c++20", "c++2b"):
            printed = output_of(compiler, f"-std={standard}", f"-I{INCLUDE}", *ON, *flags, "-fsyntax-only", path, code=1)
            missing = [each for each in sentences if " ".join(each.split()) not in " ".join(printed.split())]
            if missing:
                raise Failed(f"{compiler} -std={standard} {path.name} does not say: {missing}\n{printed}")


def checks():
    for path in sorted(HERE.glob("*.cpp")):
        yield Check(f"compile_fail: {path.stem}", lambda path=path: stops_the_compiler(path))
