"""The Debian packages of packaging/debian: dpkg-buildpackage makes them, lintian finds no fault, and their files are usable."""

import pathlib
import re
import shutil
import tempfile

from checking import ROOT, Check, Counts, Failed, output_of

PARTS = ("LICENSE", "meson.build", "meson_options.txt", "include", "single_include", "packaging", "examples", "tests")
# Nobody has asked Debian for the package, so there is no report that its upload would close.
SUPPRESSED = "initial-upload-closes-no-bugs"


def built(folder):
    """The packages' folder, after the build from a copy of this tree."""
    version = output_of(ROOT / "single_include" / "amalgamate.py", "--version").strip()
    told = re.match(r"superoffice-batch \((.*)\)", (ROOT / "packaging" / "debian" / "changelog").read_text(encoding="utf-8"))[1]
    if told != version:
        raise Failed(f"packaging/debian/changelog is for {told}, the library is {version}")
    tree = pathlib.Path(folder) / f"superoffice-batch-{version}"
    tree.mkdir()
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, tree / part)
    shutil.copytree(ROOT / "packaging" / "debian", tree / "debian")
    # -O0 takes half the time. What a release's package has more shows in other tests.
    output_of("dpkg-buildpackage", "-us", "-uc", "-d", "-j1", cwd=tree, environment={"DEB_BUILD_OPTIONS": "noopt nocheck noautodbgsym"})
    return version


def packages():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        version = built(folder)
        (changes,) = folder.glob("*.changes")
        printed = output_of("lintian", "--no-cfg", "--allow-root", "--fail-on", "error,warning", "--suppress-tags", SUPPRESSED, changes)
        if re.search(r"^[EW]: ", printed, re.MULTILINE):
            raise Failed(printed)
        (source,) = folder.glob("*.dsc")
        made = {path.name.partition("_")[0]: path for path in folder.glob("*.deb")}
        if set(made) != {"superoffice-batch", "libsuperoffice-batch-dev"} or f"Version: {version}\n" not in source.read_text(encoding="utf-8"):
            raise Failed(f"made: {sorted(path.name for path in folder.iterdir())}")
        for package in made.values():
            output_of("dpkg-deb", "-x", package, folder / "root")
        printed = output_of(folder / "root" / "usr" / "bin" / "superoffice-batch", "--version")
        if printed != f"superoffice-batch {version}\n":
            raise Failed(f"the packaged tool printed {printed!r}")
        missing = [place for place in ("usr/include/superoffice/batch.hpp", "usr/share/cmake/superoffice-batch/superoffice-batch-config.cmake",
                                       "usr/share/man/man1/superoffice-batch.1.gz", "usr/share/doc/superoffice-batch/copyright",
                                       "usr/share/bash-completion/completions/superoffice-batch")
                   if not (folder / "root" / place).is_file()]
        if missing or not list(folder.glob("root/usr/lib/*/pkgconfig/superoffice-batch-mbedtls.pc")):
            raise Failed(f"the packages lack {missing or 'the .pc files'}")
    return Counts(3)


def checks():
    yield Check("Debian packages: built, and clean under lintian", packages, seconds=600)
