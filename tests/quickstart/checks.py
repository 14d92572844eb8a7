"""The main job, `examples/run`, from a folder that is not the repository."""

import pathlib
import tempfile

from checking import ROOT, Check, Failed, output_of

PROPERTIES = ("Id", "Name", "AssociateId", "DetailsTable", "DetailsRecord", "IsSystemTask", "IsInternalTask",
              "ParameterObject", "LastStarted", "Created", "StartCount", "DatabaseSerialNumber", "Context", "Result",
              "State", "Description", "Response", "Request", "ProgressDescription", "ProgressPercent", "FileName",
              "CancellationBehaviour", "TableRight", "FieldProperties")


def services_of_the_quickstart():
    """The processes of the local service that examples/run starts."""
    found = set()
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if f"{ROOT}/build/local_superoffice" in words:
            found.add(path.parent.name)
    return found


def main_job():
    before = services_of_the_quickstart()
    with tempfile.TemporaryDirectory() as folder:
        printed = output_of(ROOT / "examples" / "run", cwd=folder)
        left = sorted(path.name for path in pathlib.Path(folder).iterdir())
    lines = printed.splitlines()
    missing = [name for name in PROPERTIES if not any(line.split()[:1] == [name] for line in lines)]
    if missing or not any(line.startswith("Succeeded") for line in lines):
        raise Failed(f"properties missing: {missing}; or no task was followed to its end\n{printed}")
    if left or services_of_the_quickstart() - before:
        raise Failed(f"left behind: {left}, processes {services_of_the_quickstart() - before}")


def checks():
    yield Check("quick start", main_job, seconds=420)
