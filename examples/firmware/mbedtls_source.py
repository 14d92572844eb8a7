"""Fetches Debian's mbedTLS sources by apt, from the machine's own archives, without touching the system's apt.

The machine's lists mostly name binary packages only. So a list in the build folder names the source packages of the same
archives. apt's other folders are there too: nothing is written anywhere else.
"""

import os
import pathlib
import re
import shutil
import subprocess

PACKAGE = "mbedtls"
WANTED = "2.28"


class Problem(Exception):
    """For a person."""


def command(*words, cwd=None):
    done = subprocess.run([str(word) for word in words], cwd=cwd, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "LC_ALL": "C.UTF-8"})
    if done.returncode:
        raise Problem(f"$ {' '.join(map(str, words))}\n{done.stdout}")
    return done.stdout


def debian_sites():
    """The archives in use that say of themselves that they are Debian's."""
    targets = command("apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages", "Origin: Debian")
    return {line.rstrip("/") for line in targets.splitlines() if line}


def source_list(etc="/etc/apt"):
    """The same archives as the machine's, for source packages: (text of a .list, text of a .sources)."""
    sites = debian_sites()
    lines, stanzas = [], []
    etc = pathlib.Path(etc)
    for path in [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]:
        if not path.is_file():
            continue
        text = path.read_text()
        if path.suffix == ".sources":
            for stanza in re.split(r"\n\s*\n", text):
                uris = re.search(r"^URIs:\s*(.*)$", stanza, re.MULTILINE | re.IGNORECASE)
                if uris and any(uri.rstrip("/") in sites for uri in uris.group(1).split()):
                    stanzas.append(re.sub(r"^Types:.*$", "Types: deb-src", stanza.strip(), flags=re.MULTILINE))
        elif path.suffix == ".list":
            for line in text.splitlines():
                found = re.match(r"deb\s+(\[.*?\]\s+)?(\S+)\s+(.*)", line)
                if found and found.group(2).rstrip("/") in sites:
                    lines.append(f"deb-src {found.group(1) or ''}{found.group(2)} {found.group(3)}")
    if not lines and not stanzas:
        raise Problem("no archive of Debian's among this machine's apt sources")
    return "\n".join(lines) + "\n", "\n\n".join(stanzas) + "\n"


def fetch(folder):
    """The unpacked source, in `folder`; fetched once."""
    folder = pathlib.Path(folder).absolute()
    done = folder / "fetched"
    source = folder / "source"
    if done.exists():
        return source
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("etc/sources.d", "lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    text, stanzas = source_list()
    (folder / "etc" / "sources.list").write_text(text)
    (folder / "etc" / "sources.d" / "machine.sources").write_text(stanzas)
    apt = ("apt-get", "-q", "-o", f"Dir::Etc::SourceList={folder}/etc/sources.list",
           "-o", f"Dir::Etc::SourceParts={folder}/etc/sources.d", "-o", f"Dir::State::Lists={folder}/lists",
           "-o", f"Dir::Cache={folder}/cache", "-o", "APT::Sandbox::User=", "-o", "Acquire::Languages=none")
    command(*apt, "update")
    command(*apt, "source", "--download-only", PACKAGE, cwd=folder)
    (description,) = folder.glob(f"{PACKAGE}_*.dsc")
    command("dpkg-source", "--extract", description, source)
    version = re.search(r"MBEDTLS_VERSION_STRING\s+\"([\d.]+)", (source / "include/mbedtls/version.h").read_text())
    if not version or not version.group(1).startswith(WANTED + "."):
        raise Problem(f"the firmware is made for mbedTLS {WANTED}; this machine's archives have another one")
    done.write_text(version.group(1))
    return source
