"""Coverage-guided fuzzing of every function that takes bytes from outside: libFuzzer with the address and undefined sanitizers.

Each *.cpp but seeds.cpp is one target. A run is the same every time: as many inputs as the table says, from one seed.
With SUPEROFFICE_FUZZ_SECONDS in the environment it goes on for so long instead, from a seed of its own, and keeps what
it finds worth having for the next such run.
"""

import os
import re
import shutil

from checking import BUILD, INCLUDE, ROOT, Check, Failed, output_of

HERE = ROOT / "tests" / "fuzz"
FOLDER = BUILD / "fuzz"
OPTIONS = ("-std=c++20", "-O1", "-g", f"-I{INCLUDE}", f"-I{ROOT / 'tests'}", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow",
           "-Wconversion", "-Wsign-conversion", "-Wold-style-cast", "-Werror")
SANITIZERS = ("-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all")
SIMDJSON = ("-DSUPEROFFICE_WITH_SIMDJSON=1", "-lsimdjson")
MBEDTLS = ("-DSUPEROFFICE_WITH_MBEDTLS=1", "-lmbedtls", "-lmbedx509", "-lmbedcrypto")
SECONDS = os.environ.get("SUPEROFFICE_FUZZ_SECONDS")

# Target: (number of inputs, dictionary, options to build it with).
TARGETS = {
    "decode": (20_000, "json", SIMDJSON),
    "readers": (20_000, "json", SIMDJSON),
    "exchange": (40_000, "http", ()),
    "chunked": (40_000, "http", ()),
    "base_url": (100_000, "http", ()),
    "dates": (100_000, "http", ()),
    "heads": (40_000, "http", ()),
    "proxy": (20_000, "http", ()),
    "tls": (20_000, "http", MBEDTLS),
    "authorities": (20_000, "http", MBEDTLS),
    "xml": (10_000, "xml", ("-lexpat",)),
}


def write_seeds():
    FOLDER.mkdir(parents=True, exist_ok=True)
    output_of("clang++", *OPTIONS, HERE / "seeds.cpp", "-o", FOLDER / "make_seeds")
    shutil.rmtree(FOLDER / "seeds", ignore_errors=True)
    output_of(FOLDER / "make_seeds", FOLDER / "seeds", environment={"SUPEROFFICE_TESTS_DIR": str(ROOT / "tests")})


def fuzz(target):
    runs, dictionary, extra = TARGETS[target]
    program = FOLDER / target
    output_of("clang++", *OPTIONS, *SANITIZERS, HERE / f"{target}.cpp", *extra, "-o", program)
    found = FOLDER / "found" / target
    if not SECONDS:
        shutil.rmtree(found, ignore_errors=True)
    found.mkdir(parents=True, exist_ok=True)
    so_long = (f"-max_total_time={SECONDS}",) if SECONDS else (f"-runs={runs}", "-seed=1")
    printed = output_of(program, *so_long, "-max_len=4096", "-timeout=60", f"-dict={HERE / dictionary}.dict",
                        f"-artifact_prefix={FOLDER}/{target}-", found, FOLDER / "seeds" / target)
    done = re.search(r"^Done (\d+) runs", printed, re.M)
    if not done or (not SECONDS and int(done[1]) < runs):
        raise Failed(printed)
    print(f"fuzz: {target}: {done[1]} inputs, none that is refused wrongly or breaks anything")


def checks():
    missing = {path.stem for path in HERE.glob("*.cpp")} ^ {"seeds", *TARGETS}
    if missing:
        raise Failed(f"tests/fuzz: no target, or no file: {sorted(missing)}")
    yield Check("fuzz: write the seeds", write_seeds, seconds=180)
    for target in TARGETS:
        yield Check(f"fuzz: {target}", lambda target=target: fuzz(target), needs=("fuzz: write the seeds",),
                    seconds=420 + float(SECONDS or 0))
