"""Builds the programs of the benchmarks by ninja: optimised, with nothing that a user would not give."""

import subprocess
import sys

from checking import INCLUDE, ROOT, Failed

HERE = ROOT / "tests" / "benchmarks"
FOLDER = ROOT / "build" / "bench"

# What simdjson's pkg-config file gives to its users, and what this library's adds for simdjson 3.0 and 3.1.
SIMDJSON = "-DSIMDJSON_THREADS_ENABLED=1"
WITH_SIMDJSON = f"{SIMDJSON} -DSUPEROFFICE_WITH_SIMDJSON=1 -DSUPEROFFICE_SIMDJSON_BUILTIN_ONLY=1"
WITH_TLS = "-DSUPEROFFICE_WITH_MBEDTLS=1 -DSUPEROFFICE_WITH_SOCKETS=1"
WITH_ALL = f"{WITH_SIMDJSON} {WITH_TLS}"
MBEDTLS = "-lmbedtls -lmbedx509 -lmbedcrypto"

DECODERS = ("ours", "on_demand", "on_demand_walked", "rapidjson", "nlohmann", "boost", "cjson", "jsmn", "main")

# Name: sources, flags of the compiler, libraries.
PROGRAMS = {
    "decode": ([f"decode/{name}.cpp" for name in DECODERS], f"-O3 {WITH_SIMDJSON}", "-lsimdjson -lcjson -lboost_json"),
    "decode_few": (["decode/ours.cpp", "decode/on_demand.cpp", "decode/on_demand_walked.cpp", "decode/jsmn.cpp", "decode/main.cpp"],
                   f"-O3 {WITH_SIMDJSON} -DBENCH_FEW", "-lsimdjson"),
    "scripted": (["instructions/scripted.cpp"], f"-O3 {WITH_SIMDJSON}", "-lsimdjson"),
    "ours": (["call/ours.cpp", "call/heap_uncounted.cpp"], f"-O2 {WITH_ALL}", f"-lsimdjson {MBEDTLS}"),
    "ours_compact": (["call/ours.cpp", "call/heap_uncounted.cpp"], f"-O2 {WITH_ALL} -DBENCH_COMPACT",
                     f"-lsimdjson {MBEDTLS}"),
    "bare": (["call/bare.cpp", "call/heap_uncounted.cpp"], "-O2", MBEDTLS),
    "by_hand": (["call/bare.cpp", "call/heap_uncounted.cpp"], f"-O2 {SIMDJSON} -DBENCH_READS", f"-lsimdjson {MBEDTLS}"),
    "download": (["call/download.cpp", "call/heap_uncounted.cpp"], f"-O2 {WITH_TLS}", MBEDTLS),
    "bare_download": (["call/bare.cpp", "call/heap_uncounted.cpp"], "-O2 -DBENCH_DOWNLOAD", MBEDTLS),
    "curl": (["call/curl.cpp", "call/heap_uncounted.cpp"], "-O2", "-lcurl"),
    "httplib": (["call/httplib.cpp", "call/heap_uncounted.cpp"], "-O2", "-lcpp-httplib -lssl -lcrypto -pthread"),
    "beast": (["call/beast.cpp", "call/heap_uncounted.cpp"], "-O2", "-lssl -lcrypto -lboost_json"),
    "ours_counted": (["call/ours.cpp", "call/heap_blocks.cpp"], f"-O2 {WITH_ALL}", f"-lsimdjson {MBEDTLS}"),
    "ours_compact_counted": (["call/ours.cpp", "call/heap_blocks.cpp"], f"-O2 {WITH_ALL} -DBENCH_COMPACT",
                             f"-lsimdjson {MBEDTLS}"),
    "many": (["call/many.cpp"], f"-O2 {WITH_ALL}", f"-lsimdjson {MBEDTLS}"),
    "many_links": (["../shared_authorities/many_links.cpp"], f"-O2 {WITH_TLS}", MBEDTLS),
    "many_curl": (["call/many_curl.cpp", "call/heap_uncounted.cpp"], "-O2", "-lcurl"),
    "client_bytes": (["size/client_bytes.cpp"], f"-O2 {WITH_ALL}", f"-lsimdjson {MBEDTLS}"),
}

# Objects of one function, linked alone: what the decoder by itself takes.
DECODER_TEXT = ("decoder_ours", "decoder_ours_compact", "decoder_switch")


def escaped(text):
    return str(text).replace("$", "$$").replace(" ", "$ ").replace(":", "$:")


def rules():
    lines = [
        "rule compile",
        f"  command = g++ -std=c++20 -Wall -Wextra -I{INCLUDE} -I{ROOT / 'tests'} $flags -MD -MF $out.d -c $in -o $out",
        "  depfile = $out.d",
        "  deps = gcc",
        "rule link",
        "  command = g++ $in -o $out $libraries",
        "rule link_text",
        "  command = g++ -shared -nostartfiles -Wl,--gc-sections -Wl,--no-undefined $in -o $out -lsimdjson",
    ]
    made = set()

    def object_of(source, flags):
        # The same source with other flags is another object.
        name = f"objects/{source}.{hash_of(flags):08x}.o"
        if name not in made:
            made.add(name)
            lines.extend([f"build {escaped(name)}: compile {escaped(HERE / source)}", f"  flags = {flags}"])
        return name

    for program, (sources, flags, libraries) in PROGRAMS.items():
        objects = " ".join(escaped(object_of(source, flags)) for source in sources)
        lines.extend([f"build bin/{program}: link {objects}", f"  libraries = {libraries}"])
    for name in DECODER_TEXT:
        one = object_of(f"size/{name}.cpp", f"-O2 -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections {WITH_SIMDJSON}")
        lines.append(f"build bin/{name}.so: link_text {escaped(one)}")
    return "\n".join(lines) + "\n"


def hash_of(text):
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 & 0xffffffff
    return value


def build(*targets, jobs=2):
    """The paths of these programs, built if they were not."""
    targets = [f"bin/{target}" for target in targets]
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / "build.ninja"
    wanted = rules()
    if not file.exists() or file.read_text() != wanted:
        file.write_text(wanted)
    done = subprocess.run(["ninja", "-C", FOLDER, "--quiet", "-j", str(jobs), *targets], text=True,
                          capture_output=True, check=False)
    if done.returncode != 0:
        raise Failed(done.stdout + done.stderr)
    return [FOLDER / target for target in targets]


if __name__ == "__main__":
    build(*sys.argv[1:])
