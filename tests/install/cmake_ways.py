"""CMake projects use the library in the three ways that packaging/README.md shows, with the lines of that page."""

import pathlib
import re
import shutil
import tempfile

from checking import ROOT, Check, Failed, output_of

HERE = pathlib.Path(__file__).resolve().parent
FLAGS_OF_OURS = ("-Wpedantic", "-Wconversion", "-Wshadow", "-Wold-style-cast", "-fno-")
PARTS = ("CMakeLists.txt", "packaging", "include", "single_include", "LICENSE")
PACKAGE = ("superoffice-batch-config.cmake", "superoffice-batch-config-version.cmake", "superoffice-batch-targets.cmake",
           "FindMbedTLS.cmake")
GENERATOR = {"CMAKE_GENERATOR": "Ninja"}  # make is not everywhere
HEAD = "cmake_minimum_required(VERSION 3.16)\nproject(mine CXX)\n"


def documented(marker):
    """The piece behind that marker in packaging/README.md."""
    text = (ROOT / "packaging" / "README.md").read_text(encoding="utf-8")
    found = re.findall(rf"^<!-- {re.escape(marker)} -->\n```\w+\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    if len(found) != 1:
        raise Failed(f"packaging/README.md has {len(found)} pieces marked <!-- {marker} -->")
    return found[0]


def cmake(*arguments, code=0):
    return output_of("cmake", *arguments, code=code, environment=GENERATOR)


def configure(project, *options, code=0):
    return cmake("-S", project, "-B", project / "build", *options, code=code)


def first_program(folder, way):
    """A project that holds the first example, with the documented lines of that way; built, and started without a token."""
    project = pathlib.Path(folder) / "mine"
    project.mkdir()
    shutil.copy(ROOT / "examples" / "01_one_call.cpp", project / "mine.cpp")
    (project / "CMakeLists.txt").write_text(f"{HEAD}{way}{documented('link')}", encoding="utf-8")
    return project


def build_and_start(project):
    cmake("--build", project / "build")
    printed = output_of(project / "build" / "mine", code=1, environment={"SUPEROFFICE_TOKEN": ""})
    if printed != "no credential was given\n":
        raise Failed(f"the first program printed {printed!r}")


def link_parts(place):
    place.mkdir(parents=True)
    for part in PARTS:
        (place / part).symlink_to(ROOT / part)


def by_add_subdirectory():
    with tempfile.TemporaryDirectory() as folder:
        project = pathlib.Path(folder) / "consumer"
        shutil.copytree(HERE / "consumer", project)
        link_parts(project / "superoffice-batch")
        (project / "way.cmake").write_text(documented("add_subdirectory"), encoding="utf-8")
        configure(project, f"-DWAY={project}/way.cmake")
        cmake("--build", project / "build")
        output_of("ctest", "--test-dir", project / "build")
        commands = (project / "build" / "compile_commands.json").read_text(encoding="utf-8")
        leaked = [flag for flag in FLAGS_OF_OURS if flag in commands]
        if leaked or not re.search(r"-std=(gnu|c)\+\+(20|2a)", commands):
            raise Failed(f"the consumer is compiled with flags of ours, {leaked}, or not as C++20\n{commands}")
        cmake("--install", project / "build", "--prefix", project / "prefix")
        if (project / "prefix" / "include").exists():
            raise Failed("installing the consumer installs the library's headers")


def by_fetch_content():
    with tempfile.TemporaryDirectory() as folder:
        repository = pathlib.Path(folder) / "repository"
        link_parts(repository)
        shutil.copytree(repository, pathlib.Path(folder) / "copy")  # files instead of links
        repository = pathlib.Path(folder) / "copy"
        git = ("git", "-C", repository, "-c", "user.name=Test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false")
        output_of(*git, "init", "-q")
        output_of(*git, "add", "--all")
        output_of(*git, "commit", "-q", "-m", "All of it")
        commit = output_of(*git, "rev-parse", "HEAD").strip()
        way = documented("FetchContent").replace("https://…", repository.as_uri()).replace("…", commit)
        project = first_program(folder, way)
        configure(project)
        build_and_start(project)


def files_below(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def install(folder):
    """Installed with CMake by the documented line, and with Meson: the two prefixes."""
    by_cmake, by_meson = pathlib.Path(folder) / "by_cmake", pathlib.Path(folder) / "by_meson"
    (pathlib.Path(folder) / "superoffice-batch").symlink_to(ROOT)
    line = documented("cmake install").replace("/usr/local", str(by_cmake))
    output_of("sh", "-euc", line, cwd=folder, environment=GENERATOR)
    output_of("meson", "setup", f"{folder}/meson", ROOT, f"--prefix={by_meson}",
              "-Dtests=disabled", "-Dexamples=disabled", "-Dcli=disabled")
    output_of("meson", "install", "-C", f"{folder}/meson")
    return by_cmake, by_meson


def installs_agree(by_cmake, by_meson):
    """Both install the same headers and the same package, all of it."""
    for part in ("include", "share/superoffice-batch", "share/cmake/superoffice-batch"):
        one, other = files_below(by_cmake / part), files_below(by_meson / part)
        if differ := sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name)):
            raise Failed(f"{part}: CMake and Meson install different files: {differ}")
    headers = {str(path.relative_to(ROOT / "include")) for path in (ROOT / "include").glob("superoffice/**/*.hpp")}
    if headers != set(files_below(by_cmake / "include")) or set(PACKAGE) != set(one):
        raise Failed(f"installed: {sorted(set(files_below(by_cmake / 'include')) ^ headers)}, {sorted(one)}")


# What a project asks for: whether a package of version 3.4.5 serves it.
VERSIONS = {
    "": True,
    "3.4": True,
    "3.4.4": True,
    "3.4.5": True,
    "3.4.6": False,
    "3.3": False,
    "3.5": False,
    "2.4": False,
    "4.4": False,
    "3.4.5 EXACT": True,
    "3.4.4 EXACT": False,
    "3.0...4": True,
    "3.0...3.4.5": True,
    "3.0...<3.4.5": False,
    "3.4.6...4": False,
}


def versions(folder, prefix):
    """The version file's answers. It is that of version 3.4.5, since 0.1.0 and 0.1 are the same number to CMake."""
    text = (ROOT / "packaging" / "cmake" / "superoffice-batch-config-version.cmake.in").read_text(encoding="utf-8")
    installed = prefix / "share" / "cmake" / "superoffice-batch" / "superoffice-batch-config-version.cmake"
    kept = installed.read_text(encoding="utf-8")
    header = (ROOT / "include" / "superoffice" / "base" / "version.hpp").read_text(encoding="utf-8")
    version = re.search(r'VERSION_TEXT "(.*)"', header)[1]
    if kept != text.replace("@VERSION@", version):
        raise Failed(f"the installed version file is not that of {version}:\n{kept}")
    installed.write_text(text.replace("@VERSION@", "3.4.5"), encoding="utf-8")
    project = pathlib.Path(folder) / "versions"
    project.mkdir()
    (project / "CMakeLists.txt").write_text(HEAD.replace("3.16", "3.19") + "".join(
        f"unset(superoffice-batch_DIR CACHE)\nfind_package(superoffice-batch {version} QUIET)\n"
        f'message("<{version}>: ${{superoffice-batch_FOUND}}")\n' for version in VERSIONS), encoding="utf-8")
    printed = configure(project, f"-DCMAKE_PREFIX_PATH={prefix}")
    installed.write_text(kept, encoding="utf-8")
    got = {version: found in ("1", "TRUE") for version, found in re.findall(r"^<(.*)>: (\w*)$", printed, re.MULTILINE)}
    if got != VERSIONS:
        raise Failed(f"wanted {VERSIONS}\ngot {got}\n{printed}")


HIDDEN = {  # the package that has to be named: options that hide it
    "libmbedtls-dev": ("-DCMAKE_DISABLE_FIND_PACKAGE_MbedTLS=ON",),
    "libsimdjson-dev": ("-DCMAKE_DISABLE_FIND_PACKAGE_simdjson=ON",),
    "libboost1.81-dev": ("-DCMAKE_DISABLE_FIND_PACKAGE_Boost=ON", "-DCMAKE_IGNORE_PATH=/usr/include;/usr/local/include"),
}


def missing_packages_are_named(project, prefix):
    for package, options in HIDDEN.items():
        shutil.rmtree(project / "build")
        printed = configure(project, f"-DCMAKE_PREFIX_PATH={prefix}", *options, code=1)
        if package not in printed or "superoffice-batch" not in printed:
            raise Failed(f"the message does not name {package}:\n{printed}")


def without_mbedtls_or_boost_package(folder, prefix):
    """superoffice::batch is there without mbedTLS, and finds a Boost that has no CMake package."""
    project = pathlib.Path(folder) / "bare"
    project.mkdir()
    (project / "CMakeLists.txt").write_text(
        f"{HEAD}find_package(superoffice-batch REQUIRED)\nif(TARGET superoffice::batch_mbedtls)\n  message(FATAL_ERROR)\nendif()\n"
        "file(WRITE ${CMAKE_BINARY_DIR}/mine.cpp \"#include <boost/describe.hpp>\\n#include <superoffice/base/version.hpp>\\n\")\n"
        "add_library(mine OBJECT ${CMAKE_BINARY_DIR}/mine.cpp)\ntarget_link_libraries(mine PRIVATE superoffice::batch)\n",
        encoding="utf-8")
    configure(project, f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_DISABLE_FIND_PACKAGE_MbedTLS=ON",
              "-DCMAKE_DISABLE_FIND_PACKAGE_Boost=ON")
    cmake("--build", project / "build")


def by_find_package():
    with tempfile.TemporaryDirectory() as folder:
        by_cmake, by_meson = install(folder)
        installs_agree(by_cmake, by_meson)
        moved = by_cmake.rename(pathlib.Path(folder) / "moved")  # a package may be unpacked anywhere
        project = first_program(folder, documented("find_package"))
        configure(project, f"-DCMAKE_PREFIX_PATH={moved}")
        build_and_start(project)
        versions(folder, moved)
        missing_packages_are_named(project, moved)
        without_mbedtls_or_boost_package(folder, moved)


def checks():
    yield Check("install: CMake, add_subdirectory", by_add_subdirectory, seconds=300)
    yield Check("install: CMake, FetchContent", by_fetch_content, seconds=300)
    yield Check("install: CMake, find_package", by_find_package, seconds=300)
