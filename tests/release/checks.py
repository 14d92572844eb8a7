"""packaging/release makes the files of a release: complete, usable, and the same bytes each time."""

import hashlib
import json
import pathlib
import re
import subprocess
import tarfile
import tempfile

from checking import ROOT, Check, Counts, Failed, output_of


def made(folder, **environment):
    """{name: bytes} of what the command writes there."""
    output_of(ROOT / "packaging" / "release", "--output", folder, environment=environment)
    return {path.name: path.read_bytes() for path in pathlib.Path(folder).iterdir()}


def is_clone():
    return subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, check=False).returncode == 0


def has_files(files):
    version = output_of(ROOT / "single_include" / "amalgamate.py", "--version").strip()
    title = f"superoffice-batch-{version}"
    wanted = {f"{title}{end}" for end in (".tar.gz", "-headers.tar.gz", "-bundle.hpp", "-bundle.spdx.json")} | {"SHA256SUMS"}
    if set(files) != wanted:
        raise Failed(f"wanted {sorted(wanted)}\nmade {sorted(files)}")
    return title


def sources_are_whole(folder, title):
    """The sources hold each file of the commit, under one folder, and nothing of the machine; they can be set up."""
    with tarfile.open(f"{folder}/{title}.tar.gz") as archive:
        entries = archive.getmembers()
        archive.extractall(f"{folder}/unpacked")
    committed = set(output_of("git", "-C", ROOT, "ls-tree", "-r", "--name-only", "HEAD").splitlines())
    if {entry.name for entry in entries} != {f"{title}/{name}" for name in committed}:
        raise Failed("the sources are not the files of the commit")
    strange = [entry.name for entry in entries if (entry.uid, entry.gid, entry.uname, entry.gname) != (0, 0, "", "")
               or entry.mode not in (0o644, 0o755)]
    if strange:
        raise Failed(f"owners or modes of {strange[:5]}")
    output_of("meson", "setup", f"{folder}/build", f"{folder}/unpacked/{title}",
              "-Dtests=disabled", "-Dexamples=disabled", "-Dcli=disabled")


def headers_compile(folder, title):
    """The headers, and the bundle without Boost, are read by the compiler."""
    with tarfile.open(f"{folder}/{title}-headers.tar.gz") as archive:
        archive.extractall(f"{folder}/headers")
    for header in (f"{folder}/headers/{title}-headers/superoffice/batch.hpp", f"{folder}/{title}-bundle.hpp"):
        included = output_of("g++", "-std=c++20", "-M", "-x", "c++", "-", text_in=f'#include "{header}"\n')
        output_of("g++", "-std=c++20", "-fsyntax-only", "-x", "c++", "-", text_in=f'#include "{header}"\nint main() {{}}\n')
        if ("/boost/" in included) == header.endswith("bundle.hpp"):
            raise Failed(f"{header}: Boost is included, or it is not: {included}")


# What SPDX 2.3 requires: sections 6, 7, 8 and 11.
REQUIRED = {"spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo"}
OF_PACKAGE = {"SPDXID", "name", "downloadLocation"}
OF_FILE = {"SPDXID", "fileName", "checksums"}


def spdx_is_true(folder, title):
    """The document has what SPDX requires, its references lead somewhere, and its checksums are those of the files."""
    document = json.loads(pathlib.Path(f"{folder}/{title}-bundle.spdx.json").read_text(encoding="utf-8"))
    bundle = pathlib.Path(f"{folder}/{title}-bundle.hpp").read_bytes()
    missing = [*(REQUIRED - document.keys()), *(key for package in document["packages"] for key in OF_PACKAGE - package.keys()),
               *(key for file in document["files"] for key in OF_FILE - file.keys())]
    identities = [document["SPDXID"], *(each["SPDXID"] for each in (*document["packages"], *document["files"]))]
    dangling = [end for relation in document["relationships"] for end in (relation["spdxElementId"], relation["relatedSpdxElement"])
                if end not in identities]
    bad = [identity for identity in identities if not re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", identity)]
    if missing or dangling or bad or len(set(identities)) != len(identities):
        raise Failed(f"SPDX: missing {missing}, dangling {dangling}, identities {bad or identities}")
    sums = {file["fileName"]: {each["algorithm"]: each["checksumValue"] for each in file["checksums"]} for file in document["files"]}
    if sums.pop(f"./{title}-bundle.hpp")["SHA256"] != hashlib.sha256(bundle).hexdigest():
        raise Failed("SPDX: another bundle")
    boost = output_of("g++", "-x", "c++", "-std=c++20", "-M", "-", text_in="#include <boost/describe.hpp>\n")
    place = pathlib.Path(next(word for word in boost.split() if word.endswith("/boost/describe.hpp"))).parent.parent
    guards = set(re.findall(r"^#ifndef (BOOST_\w+_HPP\w*)$", bundle.decode(), re.MULTILINE))
    listed = set()
    for name, values in sums.items():
        content = (place / name).read_bytes()
        if values != {"SHA1": hashlib.sha1(content).hexdigest(), "SHA256": hashlib.sha256(content).hexdigest()}:
            raise Failed(f"SPDX: the checksums of {name} are wrong")
        listed |= set(re.findall(r"^#ifndef (BOOST_\w+_HPP\w*)$", content.decode(), re.MULTILINE))
    if guards != listed or not listed:
        raise Failed(f"SPDX: in the bundle and not listed, or the other way round: {guards ^ listed}")


def release():
    if not is_clone():
        print("skipped release: this is no git clone")
        return Counts(0, 0)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        files = made(folder)
        again = made(other, TZ="Pacific/Auckland", LC_ALL="C", PYTHONHASHSEED="7")
        if differ := [name for name in files if files[name] != again.get(name)]:
            raise Failed(f"made twice, these differ: {differ}")
        title = has_files(files)
        output_of("sha256sum", "--strict", "-c", "SHA256SUMS", cwd=folder)
        if len(files["SHA256SUMS"].splitlines()) != len(files) - 1:
            raise Failed("SHA256SUMS does not have every file")
        sources_are_whole(folder, title)
        headers_compile(folder, title)
        spdx_is_true(folder, title)
    return Counts(6)


def checks():
    yield Check("release: complete, usable, and the same bytes twice", release, seconds=240)
