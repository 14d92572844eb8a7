"""Builds the firmware in its profiles with arm-none-eabi-g++, through ninja, in build/firmware.

    build(Profile(tls=True), Profile(tls=False, watch=False))      the ELF files of two profiles
"""

import dataclasses
import pathlib
import shutil
import sys

sys.dont_write_bytecode = True  # leaves nothing beside the sources

import mbedtls_source
from mbedtls_source import command

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build" / "firmware"

CPU = "-mcpu=cortex-m4 -mthumb"
COMMON = f"{CPU} -Os -g -DNDEBUG -ffunction-sections -fdata-sections -ffile-prefix-map={ROOT}=."
WARNINGS = ("-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor "
            "-Wdouble-promotion -Werror")
CXX = f"-std=c++20 -fno-exceptions -fno-rtti -fno-threadsafe-statics {WARNINGS}"
LINK = (f"{CPU} -nostartfiles --specs=nano.specs -Wl,--gc-sections -Wl,--no-warn-rwx-segments "
        f"-Wl,--fatal-warnings -T {HERE}/mps2.ld")

# The arena that mbedTLS allocates from: what a handshake takes at most, and a little more.
ARENA, ARENA_FOR_RSA_SERVERS = 12 * 1024, 16 * 1024
MBEDTLS = "mbedtls"  # the folder of its objects
CREDENTIALS = {"token": 0, "refresh": 1, "system": 2}  # FIRMWARE_CREDENTIAL, see credential.hpp


@dataclasses.dataclass(frozen=True)
class Profile:
    tls: bool
    credential: str = "token"
    rsa_servers: bool = False
    watch: bool = True
    texts: bool = True
    header: pathlib.Path | None = None  # a folder with a header of its own, instead of the tree and Boost

    @property
    def name(self):
        parts = ["tls" if self.tls else "plain", *([] if self.credential == "token" else [self.credential])]
        parts += ["rsa-servers"] if self.rsa_servers else []
        parts += [f"no-{name}" for name in ("watch", "texts") if not getattr(self, name)]
        return "-".join([*parts, *(["bundle"] if self.header else [])])


def boost():
    """A folder that leads to Boost and to nothing else of the host's headers."""
    folder = BUILD / "boost"
    if not folder.exists():
        folder.mkdir(parents=True)
        (place,) = [path for path in (pathlib.Path("/usr/local/include/boost"), pathlib.Path("/usr/include/boost"))
                    if (path / "describe.hpp").exists()][:1] or [None]
        if place is None:
            raise mbedtls_source.Problem("Boost.Describe (Boost 1.77 or later) is not installed")
        (folder / "boost").symlink_to(place)
    return folder


def includes(profile):
    if profile.header:
        return f"-I{profile.header}"
    return f"-I{ROOT / 'include'} -isystem {boost()}"


class Ninja:
    """A file of ninja's, line by line."""

    def __init__(self, name="firmware"):
        self.name = name
        compiler = "ccache arm-none-eabi" if shutil.which("ccache") else "arm-none-eabi"
        self.lines = [
            f"builddir = {BUILD / name}",
            "rule cxx", f"  command = {compiler}-g++ -MMD -MF $out.d {COMMON} {CXX} $flags -c $in -o $out",
            "  depfile = $out.d", "  deps = gcc",
            "rule cc", f"  command = {compiler}-gcc -MMD -MF $out.d {COMMON} $flags -c $in -o $out",
            "  depfile = $out.d", "  deps = gcc",
            "rule link", f"  command = arm-none-eabi-g++ {LINK} $in -o $out -Wl,-Map=$out.map",
        ]
        self.seen = set()

    def add(self, rule, output, inputs, flags=""):
        if str(output) not in self.seen:
            self.seen.add(str(output))
            extra = f" | {HERE / 'mps2.ld'}" if rule == "link" else ""
            self.lines += [f"build {output}: {rule} {' '.join(map(str, inputs))}{extra}", f"  flags = {flags}"]
        return output

    def run(self, *targets):
        BUILD.mkdir(parents=True, exist_ok=True)
        name = BUILD / f"{self.name}.ninja"
        name.write_text("\n".join(self.lines) + "\n")
        command("ninja", "--quiet", "-f", name, *targets)


def mbedtls_objects(ninja, profile):
    source = mbedtls_source.fetch(BUILD / "mbedtls")
    flags = f"-I{HERE} -I{source / 'include'} '-DMBEDTLS_CONFIG_FILE=<mbedtls_config.h>'"
    # A library of C code that is not ours: its warnings are its own.
    parts, switches = [MBEDTLS], ""
    if profile.credential == "system":
        parts.append(profile.credential)
        switches += f" -DFIRMWARE_CREDENTIAL={CREDENTIALS[profile.credential]}"
    if profile.rsa_servers:
        parts.append("rsa-servers")
        switches += " -DFIRMWARE_RSA_SERVERS=1"
    folder = BUILD / "objects" / "-".join(parts)
    objects = [ninja.add("cc", folder / f"{path.stem}.o", [path], f"{flags}{switches} -w")
               for path in sorted((source / "library").glob("*.c")) if not path.stem.startswith("psa_")]
    return objects, f"{flags} -isystem {source / 'include'}"


def add_program(ninja, name, sources, flags, objects=()):
    folder = BUILD / "objects" / name
    made = [ninja.add("cc" if source.suffix == ".c" else "cxx", folder / f"{source.stem}.o", [source], flags)
            for source in sources]
    return ninja.add("link", BUILD / f"{name}.elf", [*made, *objects])


def add_firmware(ninja, profile):
    switches = (f"-DFIRMWARE_TLS={profile.tls:d} -DFIRMWARE_WATCH={profile.watch:d} -DFIRMWARE_TEXTS={profile.texts:d} "
                f"-DFIRMWARE_CREDENTIAL={CREDENTIALS[profile.credential]} -DFIRMWARE_RSA_SERVERS={profile.rsa_servers:d}")
    flags = f"{includes(profile)} {switches}"
    sources, objects = [HERE / name for name in ("main.cpp", "board.cpp", "provision.cpp", "string.c")], []
    if profile.tls:
        objects, more = mbedtls_objects(ninja, profile)
        flags += f" {more} -DSUPEROFFICE_WITH_MBEDTLS=1 -DFIRMWARE_ARENA={ARENA_FOR_RSA_SERVERS if profile.rsa_servers else ARENA}"
        sources.append(HERE / "tls.cpp")
    if profile.credential == "refresh":
        sources.append(HERE / "token_store.cpp")
    return add_program(ninja, profile.name, sources, flags, objects)


def build(*profiles):
    """The ELF files of the profiles, in their order."""
    ninja = Ninja()
    files = [add_firmware(ninja, profile) for profile in profiles]
    ninja.run(*files)
    return files
