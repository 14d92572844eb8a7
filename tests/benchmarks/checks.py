"""Instructions, which repeat to the last digit: of decoding and of the whole call, as ratios to what is written by hand in
the same run. And the table in its README.md has the rows and limits of ./tests/bench.
"""

import pathlib
import platform
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import bench_programs as building  # noqa: E402
import bench_documents as documents  # noqa: E402
import bench_table as table  # noqa: E402
from checking import BUILD, ROOT, Check, Failed, output_of  # noqa: E402

PAGE = ROOT / "tests" / "benchmarks" / "README.md"

# Set and contender, by which hand: at most so many times its instructions. Lower a limit when the code has become better;
# raise one only for a reason that the commit gives.
LIMITS = {
    ("minified", "ours", "switch"): 0.68,
    ("shuffled", "ours", "switch"): 0.88,
    ("escapes", "ours", "switch"): 1.12,
    ("escapes", "ours", "find_unordered"): 1.36,
    ("escapes", "ours_compact", "jsmn_unescaped"): 0.34,
    ("minified", "ours_walked", "find_walked"): 0.94,
    ("16_KB", "ours", "every_pair"): 0.39,
    ("minified", "ours_compact", "jsmn"): 0.27,
    ("shuffled", "ours_compact", "jsmn"): 0.38,
    ("minified", "ours_narrow", "switch"): 0.58,
    ("minified", "ours_narrow", "ours"): 0.85,
    ("call", "ours", "by_hand"): 1.40,
    ("call", "ours_compact", "by_hand"): 1.52,
}


def profiles(name, *command):
    """{(set, contender): instructions per document or call}, from the profiles that the program leaves behind."""
    folder = BUILD / "instructions"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{name}.*"):
        old.unlink()
    # Valgrind has AVX2 and no AVX-512, whatever the machine has: simdjson takes the same code everywhere.
    output_of("valgrind", "--tool=callgrind", "--collect-atstart=no", f"--callgrind-out-file={folder / name}.out",
              *command)
    found = {}
    for path in folder.glob(f"{name}.out.*"):
        text = path.read_text()
        what = re.search(r"^desc: Trigger: Client Request: (\S+) (\S+) (\d+)$", text, re.MULTILINE)
        if what:
            total = int(re.search(r"^(?:summary|totals): (\d+)", text, re.MULTILINE).group(1))
            found[what[1], what[2]] = total / int(what[3])
    return found


def measured():
    decode, scripted = building.build("decode_few", "scripted", jobs=1)
    data = BUILD / "instructions" / "data"
    documents.write(data)
    ours = "ours,ours_compact,switch,jsmn"
    found = profiles("decode", decode, 0, data / "minified", f"{ours},ours_narrow,ours_walked,find_walked",
                     data / "shuffled", ours, data / "escapes", f"{ours},find_unordered,jsmn_unescaped",
                     data / "16_KB", "ours,every_pair")
    return found | profiles("scripted", scripted)


def instructions():
    found = measured()
    over = []
    for (name, contender, hand), limit in LIMITS.items():
        if (name, contender) not in found or (name, hand) not in found:
            raise Failed(f"no profile of {contender} or {hand} for {name}")
        ratio = found[name, contender] / found[name, hand]
        line = (f"{name}: {contender} {found[name, contender]:.0f} instructions, {hand} {found[name, hand]:.0f}: "
                f"{ratio:.3f}, at most {limit}")
        print(line)
        if ratio > limit:
            over.append(line)
    over += stale_figures(PAGE.read_text(encoding="utf-8"), found)
    if over:
        raise Failed("\n".join(over))


def stale_figures(text, found):
    """The page's instructions of a call that are off by more than a hundredth."""
    told = re.search(r"takes ([\d,]+) instructions\s+for it, over a link in memory, and the hand ([\d,]+)", text)
    if not told:
        return ["tests/benchmarks/README.md does not say how many instructions a call takes"]
    return [f"tests/benchmarks/README.md: {shown} instructions of {who}; there are {found['call', who]:,.0f}"
            for shown, who in zip(told.groups(), ("ours", "by_hand"))
            if abs(int(shown.replace(",", "")) / found["call", who] - 1) > 0.01]


def is_marked_right(row, cell):
    """A figure with the row's digits, and "(missed)" behind it exactly where it is above the limit."""
    figure = re.fullmatch(r"(\d+(?:\.\d+)?)( \(missed\))?", cell)
    return figure is not None and row.shown(float(figure[1])) == figure[1] and row.is_missed(float(figure[1])) == bool(figure[2])


def same_rows():
    """The rows and limits, and the mark of each figure that misses its limit."""
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(r"<!-- tests/bench -->\n(.*?)<!-- end of tests/bench -->\n", text, re.DOTALL)
    if not found:
        raise Failed("tests/benchmarks/README.md has no block of ./tests/bench")
    there = [tuple(cell.strip() for cell in line.strip("|").split("|")[:2])
             for line in found[1].splitlines() if line.startswith("|")][2:]
    wanted = [(row.what, row.shown_limit()) for row in table.ROWS]
    if there != wanted:
        raise Failed("tests/benchmarks/README.md has other rows or limits than tests/benchmarks/bench_table.py; ./tests/bench --readme writes them:\n" +
                     "\n".join(f"{what} | {limit}" for what, limit in wanted if (what, limit) not in there))
    cells = [line.strip("|").split("|")[2].strip() for line in found[1].splitlines() if line.startswith("|")][2:]
    wrong = [f"{row.what}: {cell}" for row, cell in zip(table.ROWS, cells) if not is_marked_right(row, cell)]
    if wrong:
        raise Failed("tests/benchmarks/README.md has figures that are no such figures, or are missed and not marked, or marked "
                     "and not missed:\n" + "\n".join(wrong))
    if not (ROOT / "tests" / "benchmarks" / "growth.svg").exists():
        raise Failed("tests/benchmarks/growth.svg is missing; ./tests/bench --readme draws it")


def checks():
    if "<!-- tests/bench -->\n<!-- end of" not in PAGE.read_text(encoding="utf-8"):
        yield Check("benchmarks: rows and limits of the page", same_rows)
    else:
        print("skipped benchmarks: tests/benchmarks/README.md has no table of ./tests/bench yet")
    version = subprocess.run(["g++", "-dumpversion"], capture_output=True, text=True, check=False).stdout.strip()
    if platform.machine() != "x86_64" or version.split(".")[0] != "12":
        print("skipped benchmarks: instructions: the limits are those of g++ 12 on x86-64")
        return
    if subprocess.run(["valgrind", "--version"], capture_output=True, check=False).returncode != 0:
        print("skipped benchmarks: instructions: valgrind does not run here")
        return
    yield Check("instructions: decode and the whole call", instructions, seconds=600)
