"""Somebody else's Meson project uses the library: as a subproject, and installed, through pkg-config.

The project is built with warnings of its own choice, as errors, and nothing of ours may leak into it.
"""

import json
import pathlib
import re
import shutil
import tempfile

from checking import ROOT, Check, Failed, output_of

HERE = pathlib.Path(__file__).resolve().parent
FLAGS_OF_OURS = ("-Wpedantic", "-Wconversion", "-Wshadow", "-Wold-style-cast", "-fno-")


def consumer(folder):
    """A copy of the project, in a folder that this check may fill."""
    project = pathlib.Path(folder) / "consumer"
    shutil.copytree(HERE / "consumer", project)
    return project


def build_and_run(project, *options, environment=None):
    output_of("meson", "setup", project / "build", project, *options, environment=environment)
    output_of("ninja", "-C", project / "build")
    output_of("meson", "test", "-C", project / "build", "--no-rebuild")
    commands = (project / "build" / "compile_commands.json").read_text(encoding="utf-8")
    leaked = [flag for flag in FLAGS_OF_OURS if flag in commands]
    if leaked:
        raise Failed(f"the consumer is compiled with flags of ours: {leaked}\n{commands}")


def as_subproject():
    with tempfile.TemporaryDirectory() as folder:
        project = consumer(folder)
        place = project / "subprojects" / "superoffice-batch"
        place.mkdir(parents=True)
        for part in ("meson.build", "meson_options.txt", "include", "single_include", "LICENSE", "examples", "tests"):
            (place / part).symlink_to(ROOT / part)
        build_and_run(project, "--wrap-mode=default", "--force-fallback-for=superoffice-batch,superoffice-batch-mbedtls")
        targets = json.loads(output_of("meson", "introspect", "--targets", project / "build"))
        if sorted(target["name"] for target in targets) != ["use", "use_mbedtls"]:
            raise Failed(f"as a subproject the library adds targets: {targets}")


def installed():
    with tempfile.TemporaryDirectory() as folder:
        prefix = pathlib.Path(folder) / "prefix"
        output_of("meson", "setup", f"{folder}/library", ROOT, f"--prefix={prefix}", "--libdir=lib",
                  "-Dtests=disabled", "-Dexamples=disabled", "-Dcli=disabled")
        output_of("ninja", "-C", f"{folder}/library", "install")
        headers = {path.relative_to(ROOT / "include") for path in (ROOT / "include").glob("superoffice/**/*.hpp")}
        present = {path.relative_to(prefix / "include") for path in prefix.glob("include/**/*.hpp")}
        if headers != present:
            raise Failed(f"installed: {sorted(present - headers)} too many, {sorted(headers - present)} missing")
        places = sorted(str(path.parent) for path in prefix.glob("**/pkgconfig/superoffice-batch.pc"))
        build_and_run(consumer(folder), "--wrap-mode=nodownload",
                      environment={"PKG_CONFIG_PATH": ":".join(places)})


def missing_packages_are_named():
    """What is needed, or asked for, and not found ends the set-up with the name of the package."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        nothing_found = folder / "nothing.ini"
        nothing_found.write_text("[binaries]\npkgconfig = 'nowhere'\npkg-config = 'nowhere'\ncmake = 'nowhere'\n",
                                 encoding="utf-8")
        for header in ("boost/describe.hpp", "mbedtls/ssl.h"):
            path = folder / header.split("/")[0] / "include" / header
            path.parent.mkdir(parents=True)
            path.write_text("#error this one cannot be used\n", encoding="utf-8")
        for package, options in {
            "libsimdjson-dev": ("-Dsimdjson=enabled", f"--native-file={nothing_found}"),
            "libmbedtls-dev": ("-Dmbedtls=enabled", f"-Dcpp_args=-I{folder}/mbedtls/include"),
            "libboost1.81-dev": (f"-Dcpp_args=-I{folder}/boost/include",),
        }.items():
            printed = output_of("meson", "setup", folder / package, ROOT, "-Dtests=disabled", "-Dexamples=disabled",
                                "-Dcli=disabled", *options, code=None)
            if not re.search(rf"ERROR: .*{re.escape(package)}", printed):
                raise Failed(f"the message does not name {package}:\n{printed}")


def checks():
    yield Check("install: as a subproject", as_subproject)
    yield Check("install: through pkg-config", installed)
    yield Check("install: missing packages are named", missing_packages_are_named)
