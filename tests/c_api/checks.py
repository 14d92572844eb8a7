"""The C interface of examples/c_api, built by its document's lines and used from C, from Python, and through dlopen."""

import contextlib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from checking import BUILD, ROOT, Check, Counts, Failed, output_of

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLE = ROOT / "examples" / "c_api"
FOLDER = BUILD / "c_api"
LIBRARY = FOLDER / "examples" / "c_api" / "libsuperoffice_batch.so"
STRICT = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror")
LOADS = 1000
STAYS = ("-lmbedtls", "-lmbedx509", "-lmbedcrypto", "-lstdc++", "-lgcc_s", "-lm")


def build():
    """The two documented lines, in a copy whose folders lie as here, with more warnings as errors."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    place = FOLDER / "examples" / "c_api"
    shutil.copytree(EXAMPLE, place)
    (FOLDER / "include").symlink_to(ROOT / "include")
    (lines,) = re.findall(r"^```sh\n(.*?)^```$", (EXAMPLE / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    for line in lines.splitlines():
        output_of(*line.split(), *STRICT, cwd=place)
    output_of("gcc", "-std=c11", *STRICT, f"-I{EXAMPLE}", HERE / "load.c", "-o", FOLDER / "load", "-ldl",
              "-Wl,--no-as-needed", *STAYS)  # which stays loaded: valgrind reads a library's symbols at each load


def functions_of(text):
    return sorted(set(re.findall(r"\b(superoffice_batch_\w+)\(", text)))


def symbols():
    """It exports what the header declares and nothing else, and needs no C++ that another library could bring."""
    declared = re.findall(r"^SUPEROFFICE_BATCH_API .*?\b(superoffice_batch_\w+)\(", (EXAMPLE / "superoffice_batch.h").read_text(), re.M)
    exported = [line.split()[-1] for line in output_of("nm", "-D", "--defined-only", LIBRARY).splitlines()]
    if sorted(declared) != sorted(exported) or not declared:
        raise Failed(f"declared {sorted(declared)}\nexported {sorted(exported)}")
    bound = functions_of((EXAMPLE / "SuperOfficeBatch.cs").read_text(encoding="utf-8"))
    if bound != sorted(declared):
        raise Failed(f"declared {sorted(declared)}\nin the C# file {bound}")
    return Counts(len(declared))


@contextlib.contextmanager
def local_service():
    with tempfile.TemporaryDirectory() as folder:
        service = subprocess.Popen(
            [sys.executable, ROOT / "tests" / "support" / "local_superoffice.py", "--directory", folder, "--until-stdin-closes"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            _, url, ca = service.stdout.readline().split()
            yield {"SUPEROFFICE_BASE_URL": url, "SUPEROFFICE_CA_FILE": ca.removeprefix("ca="),
                   "SUPEROFFICE_TOKEN": "8A:Cust12345.test-token-good"}
        finally:
            service.stdin.close()
            service.wait()
            service.stdout.close()


def from_c():
    """A C11 program fetches, watches and stops; what goes wrong has a name and a sentence."""
    def use(*arguments, code=0, **changed):
        return output_of(FOLDER / "examples" / "c_api" / "use", *arguments, code=code, environment={
            **environment, **changed, "LD_LIBRARY_PATH": str(LIBRARY.parent)})
    with local_service() as environment:
        task = use("get", "497")
        for line in ("Id: 547", "Name: ContactExport", "IsSystemTask: false", "State: Succeeded", "ProgressPercent: 100",
                     
                     'ParameterObject: {"ParameterObject1":"format=xlsx","ParameterObject2":"includePersons=true"}',
                     "LastStarted: 2024-11-27T09:15:00+01:00", "TableRight: null", "CancellationBehaviour: CanCancel"):
            if f"{line}\n" not in task:
                raise Failed(f"{line} is missing:\n{task}")
        watched = use("watch", "1000")
        if not watched.endswith("Succeeded 100 %\n") or len(watched.splitlines()) < 2:
            raise Failed(f"the watch printed\n{watched}")
        for arguments, changed, said in (
                (("stop", "1000"), {}, r"(not )?stopped\n"),
                (("get", "42"), {}, r"no such task \(no_such_task, stage service\): user can act\n"),
                (("get", "497"), {"SUPEROFFICE_TOKEN": "wrong"}, r".*\(unauthorized, stage service\): user can act\n"),
                (("get", "497"), {"SUPEROFFICE_TOKEN": ""}, r".*\(credential_missing, stage \w+\): user can act\n"),
                (("get", "497"), {"SUPEROFFICE_CA_FILE": "/nowhere"}, r".*\(no_authorities, stage \w+\): user can act\n"),
                (("get", "497"), {"SUPEROFFICE_BASE_URL": "localhost"}, r".*\(bad_base_url, stage request\): user can act\n")):
            printed = use(*arguments, code=None, **changed)
            if not re.fullmatch(said, printed):
                raise Failed(f"use {arguments} {changed} printed {printed!r}, not {said}")
    return Counts(8)


IN_PYTHON = """
import os, sys
sys.path.insert(0, sys.argv[2])
from superoffice_batch import Batch, BatchError
with Batch(sys.argv[1], os.environ["SUPEROFFICE_BASE_URL"], os.environ["SUPEROFFICE_TOKEN"], os.environ["SUPEROFFICE_CA_FILE"]) as batch:
    task = batch.get(497)
    assert task["Name"] == "ContactExport" and task["ProgressPercent"] == 100 and task["IsSystemTask"] is False, task
    assert task["TableRight"] is None and "xlsx" in task["ParameterObject"], task
    assert task["Response"] == "Successfully exported 1,245 contacts" and len(task) == 24, task
    assert batch.get(497) == task
    states = [each["State"] for each in batch.watch(1000, 50)]
    assert len(states) > 1 and states[-1] == "Succeeded", states
    for each in batch.watch(5000, 50):
        break  # a watch that is given up leaves the handle ready
    assert batch.stop(1000) in (True, False)
    try:
        batch.get(42)
    except BatchError as error:
        assert (error.code, str(error)) == ("no_such_task", "no such task"), error.code
    else:
        raise AssertionError("task 42 exists")
    for wrong in (0, -1, 1 << 31, (1 << 32) + 497):
        for call in (batch.get, batch.stop, lambda task: next(batch.watch(task))):
            try:
                call(wrong)
            except OverflowError:
                continue
            raise AssertionError(f"{wrong} was taken for the id of a task")
    batch.library.superoffice_batch_start_get(batch.handle, 497)
    assert batch.library.superoffice_batch_start_get(batch.handle, 497) == -1  # busy; the first one goes on
    batch._run()
    assert batch._properties() == task
print("all of it")
"""


def from_python():
    with local_service() as environment:
        printed = output_of(sys.executable, "-B", "-c", IN_PYTHON, LIBRARY, EXAMPLE, environment=environment)
        if printed != "all of it\n":
            raise Failed(printed)


def from_csharp():
    """A C# program over the declarations, compiled and run by Mono."""
    output_of("mcs", "-warnaserror", f"-out:{FOLDER / 'use.exe'}", HERE / "Use.cs", EXAMPLE / "SuperOfficeBatch.cs")
    with local_service() as environment:
        printed = output_of("mono", FOLDER / "use.exe", environment={**environment, "LD_LIBRARY_PATH": str(LIBRARY.parent)})
    if not re.fullmatch(r"Name: ContactExport\nProgressPercent: 100\n24 properties\n(changed\n)+done: Succeeded\n"
                        r"no_such_task: no such task\n", printed):
        raise Failed(f"the C# program printed\n{printed}")


def loads_and_unloads():
    output_of("valgrind", "-q", "--leak-check=full", "--show-leak-kinds=definite,indirect,possible",
              "--errors-for-leak-kinds=definite,indirect,possible", "--error-exitcode=9", FOLDER / "load", LIBRARY, LOADS)


def checks():
    built = ("C interface: build",)
    yield Check("C interface: build", build, seconds=120)
    yield Check("C interface: it exports its functions only", symbols, needs=built)
    yield Check("C interface: a C11 program", from_c, needs=built, seconds=120)
    yield Check("C interface: Python's ctypes", from_python, needs=built, seconds=120)
    yield Check("C interface: C# under Mono", from_csharp, needs=built, seconds=120)
    yield Check("C interface: loaded and unloaded a thousand times", loads_and_unloads, needs=built, seconds=240)
