"""Measures; ./tests/bench is the way to start it."""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import platform
import re
import resource
import statistics
import subprocess
import sys
import time

import bench_programs as building
import bench_calls as calls
import bench_documents as documents
import bench_table as table
from checking import INCLUDE, ROOT, Failed, output_of

DATA = building.FOLDER / "data"
PLOT = ROOT / "tests" / "benchmarks" / "growth.svg"
PAGE = ROOT / "tests" / "benchmarks" / "README.md"
MARKER = "tests/bench"

FULL = "ours,ours_compact,find_unordered,switch,rapidjson,nlohmann,boost,cjson,jsmn"
BY_HAND = "ours,ours_compact,find_unordered,switch"
DECODED = (("minified", f"{FULL},ours_narrow,ours_walked,find_walked"), ("pretty", BY_HAND), ("varied", BY_HAND),
           ("shuffled", BY_HAND), ("escapes", f"{BY_HAND},jsmn_unescaped"),
           ("16_KB", "ours,ours_compact,every_pair,rapidjson,nlohmann"),
           ("1_MB", "ours,ours_compact,every_pair"), ("selected", "ours_narrow"))
CALLERS = ("ours", "ours_compact", "by_hand", "bare", "curl", "httplib", "beast")
CONNECTERS = ("ours", "bare", "curl", "beast")
COUNTS = (1, 3, 10, 30, 100, 300, 1000)


def rows_of(*arguments):
    """{set: {contender: ns per document of each round}}"""
    found = {}
    for line in output_of(*arguments, cwd=DATA).splitlines():
        name, contender, *times = line.split()
        found.setdefault(name, {})[contender] = [float(time) for time in times]
    return found


def decode(_):
    program, = building.build("decode")
    documents.write(DATA)
    found = {}
    for name, contenders in DECODED:
        found |= rows_of("taskset", "-c", next(iter(calls.CLIENT_CORE)), program, 21 if name == "1_MB" else 101, name,
                         contenders)
    return found


@contextlib.contextmanager
def callers(names=CALLERS, chain="ecdsa"):
    programs = building.build(*names)
    with calls.Server(chain) as server, contextlib.ExitStack() as stack:
        peers = [stack.enter_context(calls.Peer(name, program, server)) for name, program in zip(names, programs)]
        for peer in peers:
            seen = peer.ask("check")
            wanted = documents.documented() if peer.name == "bare" else "ContactExport 100"
            if seen != wanted:
                raise Failed(f"{peer.name} has got {seen[:200]}")
        yield peers


def call(_):
    with callers() as peers:
        connecters = [peer for peer in peers if peer.name in CONNECTERS]
        return {"kept": calls.in_turn(peers, "kept", 200, 40), "resumed": calls.in_turn(connecters, "resumed", 10, 25)}


def download(_):
    """A file of 64 MB, in turn; and how much memory the process has taken after one of 1 GB."""
    names = ("download", "bare_download")
    programs = building.build(*names)
    with calls.Server() as server, contextlib.ExitStack() as stack:
        peers = [stack.enter_context(calls.Peer(name, program, server)) for name, program in zip(names, programs)]
        found = {"grown": {}}
        server.set_output(64 << 20)
        check_downloads(peers, 64 << 20)
        found["file"] = calls.in_turn(peers, "kept", 1, 12)
        server.set_output(1 << 30)
        for peer in peers:
            before = int(peer.ask("peak"))
            check_downloads([peer], 1 << 30)
            found["grown"][peer.name] = int(peer.ask("peak")) - before
        return found


def check_downloads(peers, size):
    for peer in peers:
        seen = peer.ask("check")
        if seen != str(size):
            raise Failed(f"{peer.name} has got {seen} bytes of {size}")


def fresh(_):
    found = {}
    for chain in ("ecdsa", "rsa"):
        with callers(CONNECTERS, chain) as peers:
            found[chain] = calls.in_turn(peers, "fresh", 4, 25)
    return found


def text_bytes(library):
    return int(re.search(r"^\.text\s+(\d+)", output_of("size", "-A", library), re.MULTILINE).group(1))


def memory(_):
    found = {"peak": {}, "text": {}}
    for _ in range(5):
        with callers() as peers:
            for peer in peers:
                peer.ask("kept 20")
                found["peak"].setdefault(peer.name, []).append(int(peer.ask("peak")))
    found["peak"] = {name: statistics.median(values) for name, values in found["peak"].items()}
    with callers(("ours_counted", "ours_compact_counted")) as peers:
        found["allocations"] = max(int(peer.ask("allocations")) for peer in peers)
    program, = building.build("client_bytes")
    found["client"] = int(output_of(program))
    program, = building.build("many_links")
    support = ROOT / "tests" / "support"
    printed = output_of(program, 100, environment={"SUPEROFFICE_LOCAL_SERVICE": str(support / "local_superoffice.py"),
                                                   "SUPEROFFICE_NGINX": str(support / "nginx_superoffice.py")})
    found["idle_link"] = sum(int(re.search(rf"^{part} (\d+)$", printed, re.MULTILINE)[1]) for part in ("link", "object"))
    for name in building.DECODER_TEXT:
        library, = building.build(f"{name}.so")
        found["text"][name] = text_bytes(library)
    return found


COMPILED = {
    "ours": (building.HERE / "call" / "ours.cpp", building.WITH_ALL.split()),
    "ours_compact": (building.HERE / "call" / "ours.cpp", [*building.WITH_TLS.split(), "-DBENCH_COMPACT"]),
    "bare": (building.HERE / "compile" / "bare.cpp", building.SIMDJSON.split()),
    "curl": (building.HERE / "call" / "curl.cpp", []),
}


def compile_time(_):
    """Processor time of the compiler, as a developer builds: not optimised. The precompiled and the cached do not count."""
    found = {name: [] for name in COMPILED}
    for turn in range(6):
        for name, (source, flags) in COMPILED.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(["g++", "-std=c++20", f"-I{INCLUDE}", *flags, "-c", source, "-o", "/dev/null"], check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            if turn != 0:  # the first one finds the files
                found[name].append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return {"seconds": found}


def growth(_):
    program, *many = building.build("decode", "many", "many_curl")
    documents.write(DATA)
    found = {"bytes": {}, "clients": {}, "transfers": {}}
    for kilobytes in documents.GROWING:
        name = f"grown_{kilobytes}"
        size = len(documents.parameters_of(kilobytes * 1024).encode())
        rounds = 5 if kilobytes > 1024 else 51
        measured = rows_of(program, rounds, name, "ours,ours_compact,every_pair")[name]
        found["bytes"][size] = {one: statistics.median(times) / size for one, times in measured.items()}
    with calls.Server() as server:
        core = next(iter(calls.CLIENT_CORE))
        for which, one in zip(("clients", "transfers"), many):
            for line in output_of("taskset", "-c", core, one, server.host, server.port, server.ca_file, 1000,
                                  *COUNTS).splitlines():
                count, rate, cpu = line.split()
                found[which][int(count)] = {"calls per second": float(rate), "calls per second of a core": 1e9 / int(cpu),
                                            "CPU ns per call": int(cpu)}
    return found


MEASURES = {"decode": decode, "call": call, "fresh": fresh, "download": download, "compile": compile_time, "memory": memory, "growth": growth}


def processor():
    found = re.search(r"^model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return " ".join(found.group(1).split()) if found else platform.machine()


def version_of(package):
    done = subprocess.run(["dpkg-query", "-W", "-f=${Version}", package], text=True, capture_output=True, check=False)
    return done.stdout.split("-")[0].split("+")[0] if done.returncode == 0 else "?"


def circumstances():
    compiler = output_of("g++", "-dumpfullversion").strip()
    packages = {"simdjson": "libsimdjson-dev", "mbedTLS": "libmbedtls-dev", "RapidJSON": "rapidjson-dev",
                "nlohmann": "nlohmann-json3-dev", "cJSON": "libcjson-dev", "jsmn": "libjsmn-dev",
                "libcurl": "libcurl4-openssl-dev", "cpp-httplib": "libcpp-httplib-dev"}
    versions = {name: version_of(package) for name, package in packages.items()}
    versions["nginx"] = calls.nginx_version()
    boost = re.search(r'BOOST_LIB_VERSION "(\w+)"', pathlib.Path("/usr/include/boost/version.hpp").read_text())
    versions["Boost"] = boost.group(1).replace("_", ".")
    return {"processor": processor(), "cores": len(calls.CORES), "compiler": f"g++ {compiler}", "versions": versions,
            "load": os.getloadavg()[0], "date": datetime.date.today().isoformat()}


def medians(results):
    """Lists of rounds as their medians: what is shown and kept."""
    if isinstance(results, dict):
        return {str(key): medians(value) for key, value in results.items()}
    return statistics.median(results) if isinstance(results, list) else results


def print_times(results):
    for part, key, unit in (("decode", None, "ns per document"), ("call", None, "µs of CPU per call"),
                            ("fresh", None, "µs of CPU per call"),
                            ("download", "file", "µs of CPU per call"), ("compile", None, "s")):
        for name, measured in results.get(part, {}).items():
            if key not in (None, name):
                continue
            scale = 1000 if "µs" in unit else 1
            shown = ", ".join(f"{who} {statistics.median(values) / scale:.{2 if unit == 's' else 0}f}"
                              for who, values in measured.items())
            print(f"{part}, {name}, {unit}: {shown}")
    if "download" in results:
        print("download, KB more after 1 GB:", ", ".join(f"{who} {value}" for who, value in results["download"]["grown"].items()))
    if "memory" in results:
        print("memory, peak KB:", ", ".join(f"{who} {value:.0f}" for who, value in results["memory"]["peak"].items()))
        print("memory, text:", ", ".join(f"{who} {value}" for who, value in results["memory"]["text"].items()))
    if "growth" in results:
        for size, times in results["growth"]["bytes"].items():
            print(f"growth, {size} bytes, ns per byte:", ", ".join(f"{who} {value:.2f}" for who, value in times.items()))
        for which, what in (("clients", "clients"), ("transfers", "transfers of libcurl's multi interface")):
            for count, values in results["growth"][which].items():
                print(f"growth, {count} {what} in one thread:", ", ".join(f"{value:.0f} {name}" for name, value in values.items()))


GNUPLOT = """\
set terminal svg size 860,320 background rgb 'white' font 'sans-serif,11'
set output '{svg}'
set multiplot layout 1,2
set grid ytics
set key top right
set logscale x
set yrange [0:*]
set title 'Decoding: time per byte'
set xlabel 'bytes of the reply'
set ylabel 'ns per byte'
set format x '10^{{%L}}'
plot '{folder}/bytes.txt' using 1:2 with linespoints lw 2 pt 7 ps 0.6 title 'simdjson reader', \\
     '' using 1:3 with linespoints lw 2 pt 5 ps 0.6 title 'compact reader', \\
     '' using 1:4 with linespoints lw 1 pt 4 ps 0.6 title 'On-Demand by hand'
set title 'Calls a second of one core, all clients in one thread'
set xlabel 'clients'
set ylabel 'calls a second of one core'
set format x '%g'
plot '{folder}/clients.txt' using 1:2 with linespoints lw 2 pt 7 ps 0.6 title 'clients', \\
     '' using 1:3 with linespoints lw 1 pt 4 ps 0.6 title 'libcurl multi + nlohmann'
unset multiplot
"""


def plot(results, svg):
    folder = building.FOLDER
    found = results["growth"]
    (folder / "bytes.txt").write_text("".join(
        f"{size} {times['ours']} {times['ours_compact']} {times['every_pair']}\n" for size, times in found["bytes"].items()))
    (folder / "clients.txt").write_text("".join(
        f"{count} {values['calls per second of a core']} {found['transfers'][count]['calls per second of a core']}\n"
        for count, values in found["clients"].items()))
    script = folder / "growth.gnuplot"
    script.write_text(GNUPLOT.format(svg=svg, folder=folder))
    output_of("gnuplot", script)


def page_block(results):
    about = results["circumstances"]
    versions = about["versions"]
    return (table.rows_as_markdown(results) +
            f"\nMeasured on {about['date']}, on one kind of machine: {about['processor']}, {about['cores']} cores; {about['compiler']}, "
            f"simdjson {versions['simdjson']}, mbedTLS {versions['mbedTLS']}, Boost {versions['Boost']}; "
            "medians of interleaved rounds.\n\n"
            "![Time per byte, and calls a second for 1 to 1,000 clients](growth.svg)\n")


def write_page(results):
    text = PAGE.read_text(encoding="utf-8")
    pattern = rf"(<!-- {MARKER} -->\n).*?(<!-- end of {MARKER} -->\n)"
    if not re.search(pattern, text, re.DOTALL):
        raise Failed(f"tests/benchmarks/README.md has no block between <!-- {MARKER} --> and <!-- end of {MARKER} -->")
    PAGE.write_text(re.sub(pattern, lambda found: found[1] + page_block(results) + found[2], text, flags=re.DOTALL), encoding="utf-8")


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="tests/bench", description="Measures this library beside what others write. Without a part, all of them.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(table.PARTS))
    parser.add_argument("--json", metavar="FILE", help="writes medians and ratios there")
    parser.add_argument("--svg", metavar="FILE", help="writes the plot there (part growth)")
    parser.add_argument("--readme", action="store_true", help="writes the table and the plot of tests/benchmarks/README.md (all parts)")
    options = parser.parse_args(arguments)
    unknown = [part for part in options.parts if part not in table.PARTS]
    if unknown or (options.readme and options.parts):
        parser.error(f"no such part: {unknown[0]}" if unknown else "--readme is for all parts")

    parts = [part for part in table.PARTS if part in options.parts] or list(table.PARTS)
    results = {"circumstances": circumstances()}
    about = results["circumstances"]
    print(f"{about['processor']}, {about['cores']} cores, load {about['load']:.1f}, {about['compiler']}; " +
          ", ".join(f"{name} {version}" for name, version in about["versions"].items()))
    for part in parts:
        began = time.monotonic()
        results[part] = MEASURES[part](results)
        print(f"measured {part} in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print_times(results)
    print()
    print(table.rows_as_markdown(results), end="")
    if options.json:
        rows = [{"what": row.what, "limit": row.limit, "measured": row.value(results)}
                for row in table.ROWS if row.part in results]
        pathlib.Path(options.json).write_text(json.dumps({"rows": rows, **medians(results)}, indent=2) + "\n")
    if options.svg and "growth" in results:
        plot(results, pathlib.Path(options.svg).absolute())
    if options.readme:
        plot(results, PLOT)
        write_page(results)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Failed as failure:
        sys.exit(f"tests/bench: {failure}")
