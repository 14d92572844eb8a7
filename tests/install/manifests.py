"""The manifests of package managers and embedded systems under packaging/, as far as that goes without these programs:
they are well-formed, they agree with the library, and their code does with stand-ins what it says."""

import collections
import json
import pathlib
import re
import sys
import tempfile
import types

from checking import ROOT, Check, Counts, Failed, output_of

sys.path.append("/usr/lib/python3/dist-packages")  # Debian's packages, for a Python that is not Debian's
PACKAGING = ROOT / "packaging"
BARE_MANIFESTS = ("esp-idf/idf_component.yml", "platformio/library.json", "vcpkg/vcpkg.json")
WITH_A_CHECK = ("esp-idf/idf_component.yml", "platformio/library.json", "vcpkg/vcpkg.json", "vcpkg/portfile.cmake",
                "conan/conanfile.py", "zephyr/zephyr/module.yml", "zephyr/zephyr/Kconfig", "zephyr/zephyr/CMakeLists.txt")


def wants(is_so, what):
    if not is_so:
        raise Failed(what)


def version():
    return output_of(ROOT / "single_include" / "amalgamate.py", "--version").strip()


def read(name):
    import yaml  # Debian: python3-yaml
    text = (PACKAGING / name).read_text(encoding="utf-8")
    return json.loads(text) if name.endswith(".json") else yaml.safe_load(text)


def are_well_formed():
    for name in WITH_A_CHECK:  # each says first what was checked
        start = "\n".join((PACKAGING / name).read_text(encoding="utf-8").splitlines()[:2])
        wants("Checked by the tests" in start and re.search(r"\bnot\b|\bNo\b", start), f"{name} does not begin with what was checked")
    for name in BARE_MANIFESTS:
        wants(read(name)["version"] == version(), f"{name} is not for version {version()}")
        wants(read(name)["license"] == "BSL-1.0", f"{name}: licence")
    module = read("zephyr/zephyr/module.yml")
    wants((PACKAGING / "zephyr" / module["build"]["cmake"] / "CMakeLists.txt").is_file()
          and (PACKAGING / "zephyr" / module["build"]["kconfig"]).is_file(), f"module.yml names what does not exist: {module}")
    return Counts(len(WITH_A_CHECK))


def kconfig_depends():
    """Each option can be switched on exactly where there is what it needs."""
    import kconfiglib  # Debian: python3-kconfiglib
    with tempfile.TemporaryDirectory() as folder:
        top = pathlib.Path(folder) / "Kconfig"
        around = "".join(f"config {name}\n\tbool \"{name}\"\n" for name in ("CPP", "STD_CPP20", "MBEDTLS"))
        top.write_text(f"{around}source \"{PACKAGING}/zephyr/zephyr/Kconfig\"\n", encoding="utf-8")
        read_by = kconfiglib.Kconfig(str(top), warn_to_stderr=False)
        wants(not read_by.warnings, str(read_by.warnings))
        for switched_on, expected in (((), "nn"), (("CPP",), "nn"), (("CPP", "STD_CPP20"), "yn"), (("CPP", "STD_CPP20", "MBEDTLS"), "yy")):
            read_by.unset_values()
            for name in switched_on:
                read_by.syms[name].set_value(2)
            read_by.syms["SUPEROFFICE_BATCH"].set_value(2)
            got = "".join(read_by.syms[name].str_value for name in ("SUPEROFFICE_BATCH", "SUPEROFFICE_BATCH_MBEDTLS"))
            wants(got == expected, f"with {switched_on}: {got}, not {expected}")
    return Counts(4)


RECORD = 'function({name})\n  string(REPLACE ";" " " told "${{ARGN}}")\n  message(STATUS "{name} ${{told}}")\nendfunction()\n'


def run_cmake(text, *options):
    """What the functions of RECORD are called with: [[name, argument, ...], ...]."""
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder) / "script.cmake"
        script.write_text(text, encoding="utf-8")
        printed = output_of("cmake", *options, "-P", script)
    return [line.removeprefix("-- ").split() for line in printed.splitlines() if line.startswith("-- ")]


def embedded_builds():
    """ESP-IDF and Zephyr are given the headers, and the switch for mbedTLS where that is wanted."""
    told = run_cmake(RECORD.format(name="idf_component_register") + f'include("{ROOT}/CMakeLists.txt")\n', "-DESP_PLATFORM=1",
                     "-DSUPEROFFICE_BATCH_BOOST_INCLUDE_DIR=/boost")
    wants(told == [["idf_component_register", "INCLUDE_DIRS", "include", "/boost", "REQUIRES", "mbedtls"]], f"ESP-IDF: {told}")

    functions = RECORD.format(name="zephyr_include_directories") + (
        "function(zephyr_compile_definitions_ifdef switch)\n  if(${switch})\n    message(STATUS \"define ${ARGN}\")\n  endif()\nendfunction()\n")
    zephyr = f'{functions}include("{PACKAGING}/zephyr/zephyr/CMakeLists.txt")\n'
    wants(run_cmake(zephyr) == [], "Zephyr: something is set where the option is off")
    told = run_cmake(zephyr, "-DCONFIG_SUPEROFFICE_BATCH=y", "-DCONFIG_SUPEROFFICE_BATCH_MBEDTLS=y",
                     "-DCONFIG_SUPEROFFICE_BATCH_BOOST_INCLUDE_DIR=/boost")
    wants([each[0] for each in told] == ["zephyr_include_directories", "zephyr_include_directories", "define"]
          and (pathlib.Path(told[0][1]) / "superoffice" / "batch.hpp").is_file()
          and told[1:] == [["zephyr_include_directories", "/boost"], ["define", "SUPEROFFICE_WITH_MBEDTLS=1"]], f"Zephyr: {told}")
    return Counts(3)


# What vcpkg's functions of these names do, as far as this port needs it.
VCPKG = """cmake_minimum_required(VERSION 3.21)
function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE_PATH" "OPTIONS")
  execute_process(COMMAND ${CMAKE_COMMAND} -G Ninja -S ${arg_SOURCE_PATH} -B ${PREFIX}/build ${arg_OPTIONS} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
function(vcpkg_cmake_install)
  execute_process(COMMAND ${CMAKE_COMMAND} --install ${PREFIX}/build --prefix ${PREFIX} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CONFIG_PATH" "")
  file(MAKE_DIRECTORY ${PREFIX}/share/superoffice-batch)
  file(GLOB files ${PREFIX}/${arg_CONFIG_PATH}/*.cmake)
  file(COPY ${files} DESTINATION ${PREFIX}/share/superoffice-batch)
  file(REMOVE_RECURSE ${PREFIX}/share/cmake)
endfunction()
function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "FILE_LIST")
  file(COPY ${arg_FILE_LIST} DESTINATION ${PREFIX}/share/superoffice-batch)
endfunction()
"""


def vcpkg_port():
    """What the port installs, moved as vcpkg moves it, is found by a project; without the features there is no mbedTLS."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "project").mkdir()
        (folder / "project" / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.16)\nproject(mine CXX)\nfind_package(superoffice-batch CONFIG REQUIRED)\n"
            "get_target_property(where superoffice::batch INTERFACE_INCLUDE_DIRECTORIES)\nmessage(STATUS \"found ${where}\")\n"
            "if(TARGET superoffice::batch_mbedtls)\n  message(STATUS \"found mbedTLS\")\nendif()\n", encoding="utf-8")
        run_cmake(f'{VCPKG}include("{PACKAGING}/vcpkg/portfile.cmake")\n', f"-DPREFIX={folder}/prefix", "-DFEATURES=mbedtls")
        printed = output_of("cmake", "-G", "Ninja", "-S", folder / "project", "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={folder}/prefix")
        wants(f"found {folder}/prefix/include" in printed and "found mbedTLS" in printed, f"vcpkg: {printed}")
        wants((folder / "prefix" / "share" / "superoffice-batch" / "LICENSE").is_file(), "vcpkg: no licence")
    features = set(re.findall(r'"(\w+)" IN_LIST FEATURES', (PACKAGING / "vcpkg" / "portfile.cmake").read_text(encoding="utf-8")))
    wants(features == set(read("vcpkg/vcpkg.json")["features"]), f"vcpkg: features {features}")


class Component(types.SimpleNamespace):
    """Conan's cpp_info and its components: they take any attribute and keep the properties."""

    def __init__(self):
        super().__init__(properties={}, defines=[], components=collections.defaultdict(Component))

    def set_property(self, name, value):
        self.properties[name] = value


def conan_recipe():
    """The recipe's functions, called as Conan calls them, give the headers, the targets and their switches."""
    sys.dont_write_bytecode = True
    copied = []
    modules = {name: types.ModuleType(name) for name in ("conan", "conan.tools", "conan.tools.files")}
    modules["conan"].ConanFile = object
    modules["conan.tools.files"].copy = lambda _, pattern, source, target: copied.append((pattern, source, target))
    sys.modules.update(modules)
    namespace = {"__file__": str(PACKAGING / "conan" / "conanfile.py"), "__name__": "recipe"}
    exec((PACKAGING / "conan" / "conanfile.py").read_text(encoding="utf-8"), namespace)
    recipe = namespace["SuperofficeBatch"]()
    recipe.options = types.SimpleNamespace(**recipe.default_options)
    recipe.settings = types.SimpleNamespace(get_safe=lambda _: "Windows")
    recipe.cpp_info, required = Component(), []
    recipe.requires = lambda name, **_: required.append(name.split("/")[0])
    recipe.export_sources_folder = recipe.source_folder = recipe.package_folder = "."
    for step in ("set_version", "export_sources", "requirements", "package", "package_info"):
        getattr(recipe, step)()
    targets = {each.properties["cmake_target_name"]: each.defines for each in recipe.cpp_info.components.values()}
    wants(targets == {"superoffice::batch": [], "superoffice::batch_mbedtls": ["SUPEROFFICE_WITH_MBEDTLS=1", "SUPEROFFICE_WITH_SOCKETS=1"]},
          f"Conan: {targets}")
    wants(recipe.version == version() and required == ["boost", "mbedtls"], f"Conan: {recipe.version}, {required}")
    wants({pattern for pattern, *_ in copied} == {"include/*.hpp", "LICENSE"}, f"Conan: {copied}")


def checks():
    yield Check("install: the manifests are well-formed", are_well_formed)
    yield Check("install: Zephyr's options depend on what they need", kconfig_depends)
    yield Check("install: ESP-IDF and Zephyr, with stand-ins", embedded_builds)
    yield Check("install: the port for vcpkg, with stand-ins", vcpkg_port)
    yield Check("install: the recipe for Conan, with stand-ins", conan_recipe)
