"""The vendor's own client, npm's @superoffice/webapi, against the local SuperOffice, beside the command line tool."""

import pathlib
import shutil

from checking import BUILD, Check, output_of, run_unittests

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = BUILD / "vendor_client"
TOOL = BUILD / "cli" / "examples" / "cli" / "superoffice-batch"
PINNED = ("package.json", "package-lock.json")


def install():
    """By npm, as the lock says it, with no script of any package run. Nothing is asked for when all is there."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    done = FOLDER / "installed.json"
    wanted = "\n".join((HERE / name).read_text() for name in PINNED)
    if done.exists() and done.read_text() == wanted:
        return
    done.unlink(missing_ok=True)
    for name in PINNED:
        shutil.copy(HERE / name, FOLDER / name)
    output_of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", cwd=FOLDER)
    done.write_text(wanted)


def test():
    return run_unittests("discover", "-s", HERE, environment={
        "SUPEROFFICE_BATCH_CLI": str(TOOL), "NODE_PATH": str(FOLDER / "node_modules")})


def checks():
    yield Check("install the vendor's client", install)
    yield Check("the vendor's client beside ours", test, seconds=120,
                needs=("install the vendor's client", "build the tool and the examples with sanitizers"))
