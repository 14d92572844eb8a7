"""The vendor's own client, npm's @superoffice/webapi, against the local SuperOffice, beside the command line tool."""

import pathlib
import re
import shutil

from checking import BUILD, Check, Counts, Failed, output_of, run_unittests

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = BUILD / "vendor_client"
TOOL = BUILD / "cli" / "examples" / "cli" / "superoffice-batch"
PINNED = ("package.json", "package-lock.json")
DONE = FOLDER / "installed.json"  # made last; holds what was installed
# What npm says where the registry is out of reach: nothing was downloaded that could be wrong.
OUT_OF_REACH = re.compile(r"\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|"
                          r"SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)\b")


def install():
    """By npm, as the lock says it, with no script of any package run. Nothing is asked for when all is there."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = "\n".join((HERE / name).read_text() for name in PINNED)
    if DONE.exists() and DONE.read_text() == wanted:
        return None
    DONE.unlink(missing_ok=True)
    for name in PINNED:
        shutil.copy(HERE / name, FOLDER / name)
    try:
        output_of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1",
                  "--fetch-timeout=20000", cwd=FOLDER)
    except Failed as failed:
        if not (reason := OUT_OF_REACH.search(str(failed))):
            raise
        print(f"skipped: the vendor's client: npm cannot reach its registry ({reason[0]})")
        return Counts(0, 0)
    DONE.write_text(wanted)
    return Counts(1)


def test():
    if not DONE.exists():
        print("skipped: the vendor's client is not installed")
        return Counts(0, 0)
    return run_unittests("discover", "-s", HERE, environment={
        "SUPEROFFICE_BATCH_CLI": str(TOOL), "NODE_PATH": str(FOLDER / "node_modules")})


def checks():
    yield Check("install the vendor's client", install)
    yield Check("the vendor's client beside ours", test, seconds=120,
                needs=("install the vendor's client", "build the tool and the examples with sanitizers"))
