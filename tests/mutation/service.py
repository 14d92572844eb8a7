#!/usr/bin/env python3
"""The local SuperOffice with certificates that are there already: plant.py starts a thousand of them, and names their folder in
SUPEROFFICE_MUTATION_CERTIFICATES."""

import os
import pathlib
import shutil
import sys

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "support" / "local_superoffice.py"

if "--directory" in sys.argv:
    made = os.environ.get("SUPEROFFICE_MUTATION_CERTIFICATES", "")
    wanted = pathlib.Path(sys.argv[sys.argv.index("--directory") + 1])
    if made and not (wanted / "made.json").exists():
        shutil.copytree(made, wanted, dirs_exist_ok=True)
os.execv(sys.executable, [sys.executable, "-B", str(SCRIPT), *sys.argv[1:]])
