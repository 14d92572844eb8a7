"""Runs the tests that inside.py lists in a Debian 13 root: g++ 14, mbedTLS 3.6, and TLS 1.3 only.

The root is made by debootstrap under build/debian13, kept, and used again. It has mounts of its own while something runs in
it, which end with the last process inside, however that ends.
"""

import os
import pathlib
import re
import shutil

from checking import ROOT, Check, Counts, Failed, output_of

ROOT_OF_13 = ROOT / "build" / "debian13"
COMPLETE = ROOT_OF_13 / "complete"  # made last: what was broken off is made anew
TREE = "usr/src/superoffice-batch"  # the copy of this tree, inside
# The first process in it; all others end with it. Python's pty needs /dev/pts.
ENTER = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-euc", """
    mount -t proc proc "$0/proc"
    mount -t devpts -o newinstance,ptmxmode=0666 devpts "$0/dev/pts"
    mount --bind "$0/dev/pts/ptmx" "$0/dev/ptmx"
    exec chroot "$0" "$@"
""", ROOT_OF_13)
INSIDE = {"HOME": "/root", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR": "/tmp", "SUPEROFFICE_TEST_TLS": "1.3",
          "SUPEROFFICE_TEST_CALLS": "500"}


def is_skipped():
    if os.geteuid() == 0:
        return False
    reason = "a Debian 13 root can only be made and entered by root"
    if os.environ.get("CI") == "true":
        raise Failed(reason)
    print(f"skipped: Debian 13: {reason}")
    return True


def make_root():
    if is_skipped():
        return Counts(0, 0)
    if not COMPLETE.exists():
        shutil.rmtree(ROOT_OF_13, ignore_errors=True)
        ROOT_OF_13.mkdir(parents=True)
        # In a mount namespace of its own, so that its mounts vanish if it is stopped early.
        output_of("unshare", "--mount", "debootstrap", "--variant=minbase", "trixie", ROOT_OF_13)
        # What is written here need not survive a power cut.
        (ROOT_OF_13 / "etc" / "dpkg" / "dpkg.cfg.d" / "fast").write_text("force-unsafe-io\n", encoding="utf-8")
        (ROOT_OF_13 / "etc" / "hosts").write_text("127.0.0.1 localhost\n::1 localhost\n", encoding="utf-8")
    COMPLETE.unlink(missing_ok=True)
    resolver = ROOT_OF_13 / "etc" / "resolv.conf"
    resolver.unlink(missing_ok=True)
    shutil.copyfile("/etc/resolv.conf", resolver)  # of today
    copy_tree()
    output_of(*ENTER, f"/{TREE}/tests/support/prepare", "debian13", environment=INSIDE)
    COMPLETE.touch()
    return Counts(1)


def files_of(tree):
    """The files of the project in this tree, by relative names."""
    for folder, folders, names in os.walk(tree):
        not_ours = {".git", "__pycache__"} | ({"build"} if pathlib.Path(folder) == tree else set())
        folders[:] = [name for name in folders if name not in not_ours]
        yield from (pathlib.Path(folder, name).relative_to(tree) for name in names if name != ".git")


def copy_tree():
    """Files that have not changed keep their time stamp, so that little is built again."""
    to = ROOT_OF_13 / TREE
    wanted = set(files_of(ROOT))
    for name in set(files_of(to)) - wanted:
        (to / name).unlink()
    for name in wanted:
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, to / name)


def run_inside():
    if is_skipped():
        return Counts(0, 0)
    printed = output_of(*ENTER, "python3", "-B", f"/{TREE}/tests/debian13/inside.py", code=None, environment=INSIDE)
    *lines, last = printed.splitlines() or [""]
    ended = re.fullmatch(r"(\d+) passed, (\d+) failed", last)
    if not ended or ended[2] != "0" or ended[1] == "0":
        raise Failed(printed, Counts(int(ended[1]), max(int(ended[2]), 1)) if ended else Counts(0, 1))
    for line in lines:
        print(f"Debian 13: {line}")
    return Counts(int(ended[1]))


def checks():
    yield Check("Debian 13: make the root", make_root, seconds=900)
    yield Check("Debian 13: the tests with mbedTLS 3.6 and TLS 1.3 only", run_inside, needs=("Debian 13: make the root",),
                seconds=1500)
