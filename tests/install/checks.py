"""Another project uses the library: a Meson project as a subproject, through a wrap and installed, a CMake project through pkg-config.
cmake_ways.py has the CMake package.

The project is built with warnings of its own choice, as errors, and nothing of ours may leak into it. The lines that
README.md and packaging/README.md tell people to write are taken from there and built.
"""

import json
import pathlib
import re
import shutil
import sys
import tempfile

from checking import ROOT, Check, Failed, output_of

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import cmake_ways  # noqa: E402
import manifests  # noqa: E402

FLAGS_OF_OURS = ("-Wpedantic", "-Wconversion", "-Wshadow", "-Wold-style-cast", "-fno-")
PARTS = ("meson.build", "meson_options.txt", "include", "single_include", "packaging", "LICENSE", "examples", "tests")
LIBRARY_ONLY = ("-Dtests=disabled", "-Dexamples=disabled", "-Dcli=disabled")
WITH_THE_TOOL = ("/bin/superoffice-batch", "/man1/superoffice-batch.1", "/bash-completion/completions/superoffice-batch",
                 "/zsh/site-functions/_superoffice-batch", "/fish/vendor_completions.d/superoffice-batch.fish")
CROSS = "x86_64-w64-mingw32-g++-posix"
FALLBACK = ("--wrap-mode=default", "--force-fallback-for=superoffice-batch,superoffice-batch-mbedtls")


def in_readme(language):
    """The README's only piece of code in that language."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.findall(rf"^```{language}\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    if len(found) != 1:
        raise Failed(f"README.md has {len(found)} pieces of {language}")
    return found[0]


def consumer(folder):
    """A copy of the project, in a folder that this check may fill."""
    project = pathlib.Path(folder) / "consumer"
    shutil.copytree(HERE / "consumer", project)
    return project


def first_program(folder):
    """A project that holds the README's first program, for which the README has the build file."""
    project = pathlib.Path(folder) / "mine"
    project.mkdir()
    shutil.copy(ROOT / "examples" / "01_one_call.cpp", project / "mine.cpp")
    return project


def runs(program):
    """The first program was built and starts: without a token it says that a credential is missing."""
    printed = output_of(program, code=1, environment={"SUPEROFFICE_TOKEN": ""})
    if printed != "no credential was given\n":
        raise Failed(f"{program} printed {printed!r}")


def build_and_run(project, *options, environment=None):
    output_of("meson", "setup", project / "build", project, *options, environment=environment)
    output_of("ninja", "-C", project / "build")
    output_of("meson", "test", "-C", project / "build", "--no-rebuild")
    commands = (project / "build" / "compile_commands.json").read_text(encoding="utf-8")
    leaked = [flag for flag in FLAGS_OF_OURS if flag in commands]
    if leaked:
        raise Failed(f"the consumer is compiled with flags of ours: {leaked}\n{commands}")


def has_targets(project, *names):
    targets = json.loads(output_of("meson", "introspect", "--targets", project / "build"))
    if sorted(target["name"] for target in targets) != sorted(names):
        raise Failed(f"as a subproject the library adds targets: {targets}")


def put_subproject(project):
    place = project / "subprojects" / "superoffice-batch"
    place.mkdir(parents=True)
    for part in PARTS:
        (place / part).symlink_to(ROOT / part)


def as_subproject():
    with tempfile.TemporaryDirectory() as folder:
        project = consumer(folder)
        put_subproject(project)
        build_and_run(project, *FALLBACK)
        has_targets(project, "use", "use_mbedtls")


def as_the_readme_says():
    with tempfile.TemporaryDirectory() as folder:
        project = first_program(folder)
        put_subproject(project)
        (project / "meson.build").write_text(in_readme("meson"), encoding="utf-8")
        build_and_run(project, *FALLBACK)
        has_targets(project, "mine")
        runs(project / "build" / "mine")


def through_a_wrap():
    """The wrap file of packaging/README.md over a repository of its own; without a `fallback:`, for which it is there."""
    with tempfile.TemporaryDirectory() as folder:
        repository = pathlib.Path(folder) / "repository"
        repository.mkdir()
        for part in PARTS:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            copy(ROOT / part, repository / part)
        git = ("git", "-C", repository, "-c", "user.name=Test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false")
        output_of(*git, "init", "-q")
        output_of(*git, "add", "--all")
        output_of(*git, "commit", "-q", "-m", "All of it")
        commit = output_of(*git, "rev-parse", "HEAD").strip()

        project = first_program(folder)
        (project / "subprojects").mkdir()
        wrap = cmake_ways.documented("wrap").replace("https://…", repository.as_uri()).replace("…", commit)
        (project / "subprojects" / "superoffice-batch.wrap").write_text(wrap, encoding="utf-8")
        build = in_readme("meson").replace(", fallback: 'superoffice-batch'", "")
        (project / "meson.build").write_text(build, encoding="utf-8")
        build_and_run(project, *FALLBACK)
        runs(project / "build" / "mine")


def install(folder):
    """The environment in which pkg-config finds what was installed in `folder`."""
    prefix = pathlib.Path(folder) / "prefix"
    output_of("meson", "setup", f"{folder}/library", ROOT, f"--prefix={prefix}", "--libdir=lib", *LIBRARY_ONLY)
    output_of("ninja", "-C", f"{folder}/library", "install")
    headers = {path.relative_to(ROOT / "include") for path in (ROOT / "include").glob("superoffice/**/*.hpp")}
    present = {path.relative_to(prefix / "include") for path in prefix.glob("include/**/*.hpp")}
    if headers != present:
        raise Failed(f"installed: {sorted(present - headers)} too many, {sorted(headers - present)} missing")
    places = sorted(str(path.parent) for path in prefix.glob("**/pkgconfig/superoffice-batch.pc"))
    return {"PKG_CONFIG_PATH": ":".join(places)}


def installed():
    with tempfile.TemporaryDirectory() as folder:
        environment = install(folder)
        build_and_run(consumer(folder), "--wrap-mode=nodownload", environment=environment)


def from_cmake():
    with tempfile.TemporaryDirectory() as folder:
        environment = install(folder)
        project = first_program(folder)
        (project / "CMakeLists.txt").write_text(
            f"cmake_minimum_required(VERSION 3.12)\nproject(mine CXX)\n{cmake_ways.documented('pkg-config')}", encoding="utf-8")
        output_of("cmake", "-S", project, "-B", project / "build", environment=environment | cmake_ways.GENERATOR)
        output_of("cmake", "--build", project / "build")
        runs(project / "build" / "mine")


def said_by_meson(folder, project, *options):
    """What the set-up prints, whether it succeeds or not."""
    return output_of("meson", "setup", folder, project, *options, code=None)


def unusable(folder, header):
    """The option that makes the compiler find an unusable header of that name."""
    path = folder / header.split("/")[0] / "include" / header
    path.parent.mkdir(parents=True)
    path.write_text("#error this one cannot be used\n", encoding="utf-8")
    return f"-Dcpp_args=-I{folder}/{header.split('/')[0]}/include"


def missing_packages_are_named():
    """If a library that is needed or asked for is missing, the set-up ends with the name of its package."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        nothing_found = folder / "nothing.ini"
        nothing_found.write_text("[binaries]\npkgconfig = 'nowhere'\npkg-config = 'nowhere'\ncmake = 'nowhere'\n",
                                 encoding="utf-8")
        no_mbedtls = unusable(folder, "mbedtls/ssl.h")
        for package, options in {
            "libsimdjson-dev": ("-Dsimdjson=enabled", f"--native-file={nothing_found}"),
            "libmbedtls-dev": ("-Dmbedtls=enabled", no_mbedtls),
            "libboost1.81-dev": (unusable(folder, "boost/describe.hpp"),),
        }.items():
            printed = said_by_meson(folder / package, ROOT, *LIBRARY_ONLY, *options)
            if not re.search(rf"ERROR: .*{re.escape(package)}", printed):
                raise Failed(f"the message does not name {package}:\n{printed}")

        # The project asks for it, and not the option. Meson's own error does not mention mbedTLS.
        project = first_program(folder)
        put_subproject(project)
        (project / "meson.build").write_text(in_readme("meson"), encoding="utf-8")
        for option, is_warned in {"auto": True, "disabled": False}.items():
            printed = said_by_meson(project / option, project, *FALLBACK, no_mbedtls, f"-Dsuperoffice-batch:mbedtls={option}")
            if bool(re.search(r"WARNING: .*libmbedtls-dev.*superoffice-batch-mbedtls", printed)) != is_warned:
                raise Failed(f"mbedtls={option}, not found: warned of it: {not is_warned}\n{printed}")


# What is asked for, whether simdjson can be found, and whether it is switched on then.
WITH_SIMDJSON = (("by default", True, True), ("by default", False, False), ("no", True, False), ("yes", True, True))
SAYS_DEFINITIONS = """{head}include(way.cmake)
get_target_property(given superoffice::batch INTERFACE_COMPILE_DEFINITIONS)
message("given: ${{given}}")
"""


def simdjson_is_a_choice():
    """Meson and CMake switch simdjson on where they find it, unless an option says otherwise."""
    wrong = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        nothing_found = folder / "nothing.ini"
        nothing_found.write_text("[binaries]\npkgconfig = 'nowhere'\npkg-config = 'nowhere'\ncmake = 'nowhere'\n", encoding="utf-8")
        project = folder / "project"
        cmake_ways.link_parts(project / "superoffice-batch")
        (project / "way.cmake").write_text(cmake_ways.documented("add_subdirectory"), encoding="utf-8")
        (project / "CMakeLists.txt").write_text(SAYS_DEFINITIONS.format(head=cmake_ways.HEAD), encoding="utf-8")
        for number, (asked, found, is_on) in enumerate(WITH_SIMDJSON):
            option = {"by default": "auto", "no": "disabled", "yes": "enabled"}[asked]
            output_of("meson", "setup", folder / f"meson{number}", ROOT, *LIBRARY_ONLY, f"-Dsimdjson={option}", "-Dmbedtls=disabled",
                      *(() if found else (f"--native-file={nothing_found}",)))
            package = (folder / f"meson{number}" / "meson-private" / "superoffice-batch.pc").read_text(encoding="utf-8")
            given = {"by default": (), "no": ("-DSUPEROFFICE_BATCH_SIMDJSON=OFF",), "yes": ("-DSUPEROFFICE_BATCH_SIMDJSON=ON",)}[asked]
            printed = output_of("cmake", "-S", project, "-B", folder / f"cmake{number}", *given,
                                *(() if found else ("-DCMAKE_DISABLE_FIND_PACKAGE_simdjson=ON",)), environment=cmake_ways.GENERATOR)
            for tool, said in (("Meson", package), ("CMake", re.search(r"^given: (.*)$", printed, re.MULTILINE)[1])):
                if ("SUPEROFFICE_WITH_SIMDJSON=1" in said) != is_on:
                    wrong.append(f"{tool}, {asked}, {'found' if found else 'not found'}: switched on: {not is_on}")
    if wrong:
        raise Failed("\n".join(wrong))


def would_compile(build):
    """What ninja would compile there."""
    printed = output_of("ninja", "-n", "-C", build)
    return re.findall(r"(?:Compiling C\+\+ object|Precompiling header) (\S+)", printed)


def installs_as_documented():
    """The documented line builds nothing. A plain set-up without doctest builds the tool, and no example."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        set_up, _, put = cmake_ways.documented("meson install").strip().partition(" && ")
        output_of(*set_up.replace("setup build", f"setup {folder}/build {ROOT}").split())
        if steps := would_compile(folder / "build"):
            raise Failed(f"the documented line builds {steps}")
        output_of(*put.split(), f"--destdir={folder}/to", cwd=folder)
        if not list(folder.glob("to/**/superoffice/batch.hpp")):
            raise Failed("the documented line does not install the headers")

        no_doctest = unusable(folder, "doctest/doctest.h")
        printed = said_by_meson(folder / "plain", ROOT, no_doctest)
        if not re.search("left out: the tests.*doctest-dev", printed):
            raise Failed(f"a plain set-up without doctest does not say that it leaves the tests out:\n{printed}")
        steps = would_compile(folder / "plain")
        if not steps or any(not step.startswith("examples/cli/superoffice-batch.p/") for step in steps):
            raise Failed(f"a plain set-up builds {steps}")
        installed = json.loads(output_of("meson", "introspect", "--installed", folder / "plain")).values()
        missing = [end for end in WITH_THE_TOOL if not any(path.endswith(end) for path in installed)]
        if missing:
            raise Failed(f"not installed with the tool: {missing}")
        if not re.search("ERROR: .*doctest-dev", said_by_meson(folder / "enabled", ROOT, "-Dtests=enabled", no_doctest)):
            raise Failed("tests=enabled without doctest is no error that names the package")


def bundle_leaves_a_clone_clean():
    """The documented command in a clone makes no file that git sees as new."""
    (command,) = re.findall(r"`(python3 single_include/amalgamate.py --bundle \S+)`", (ROOT / "packaging" / "README.md").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        for part in (*PARTS, ".gitignore"):
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            copy(ROOT / part, pathlib.Path(folder) / part)
        git = ("git", "-C", folder, "-c", "user.name=Test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false")
        output_of(*git, "init", "-q")
        output_of(*git, "add", "--all")
        output_of(*git, "commit", "-q", "-m", "All of it")
        output_of(*command.split(), cwd=folder)
        if left := output_of(*git, "status", "--porcelain"):
            raise Failed(f"{command} leaves in a clone:\n{left}")


def cross_builds_are_told_of_boost():
    """A cross compiler does not see the installed Boost: the error says what to do, and that works."""
    if not shutil.which(CROSS):
        print(f"skipped install: a cross build: {CROSS} not found")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        file = folder / "cross.ini"
        file.write_text(f"[binaries]\ncpp = '{CROSS}'\n[host_machine]\nsystem = 'windows'\ncpu_family = 'x86_64'\n"
                        "cpu = 'x86_64'\nendian = 'little'\n", encoding="utf-8")
        options = (f"--cross-file={file}", *LIBRARY_ONLY)
        printed = said_by_meson(folder / "without", ROOT, *options)
        told = re.search(r"ERROR: .*\(ln -s (\S+) FOLDER\).*(cpp_args = \['-isystemFOLDER'\]) under (\[built-in options\])",
                         printed)
        if not told:
            raise Failed(f"the message does not say how a cross compiler finds Boost:\n{printed}")
        boost = next(path for path in map(pathlib.Path, (told.group(1), "/usr/local/include/boost"))
                     if (path / "describe.hpp").exists())
        (folder / "headers").mkdir()
        (folder / "headers" / "boost").symlink_to(boost)
        with file.open("a", encoding="utf-8") as more:
            more.write(f"{told.group(3)}\n{told.group(2).replace('FOLDER', str(folder / 'headers'))}\n")
        output_of("meson", "setup", folder / "with", ROOT, *options)


def checks():
    yield Check("install: as a subproject", as_subproject, seconds=300)
    yield Check("install: as the README says, as a subproject", as_the_readme_says, seconds=300)
    yield Check("install: as packaging/README.md says, through a wrap", through_a_wrap, seconds=300)
    yield Check("install: through pkg-config", installed, seconds=300)
    yield Check("install: as packaging/README.md says, pkg-config from CMake", from_cmake, seconds=300)
    yield Check("install: missing packages are named", missing_packages_are_named, seconds=300)
    yield Check("install: simdjson is switched on where it is found, unless an option says otherwise", simdjson_is_a_choice,
                seconds=300)
    yield Check("install: a cross build is told where Boost is", cross_builds_are_told_of_boost)
    yield Check("install: as documented, it builds nothing", installs_as_documented)
    yield Check("install: the bundle leaves a clone clean", bundle_leaves_a_clone_clean)
    yield from cmake_ways.checks()
    yield from manifests.checks()
