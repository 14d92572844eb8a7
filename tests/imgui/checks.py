"""The panel of examples/imgui in a real window under Xvfb, against the local service. The last run's picture is
build/tests/imgui/panel.png; the one in the repository was made so."""

import json
import re
import struct
import sys
import zlib

from checking import BUILD, INCLUDE, ROOT, Check, Failed, output_of

sys.path.insert(0, str(ROOT / "tests" / "support"))
from local_superoffice_running import Running  # noqa: E402

FOLDER = BUILD / "imgui"
WIDTH, HEIGHT, FRAMES = 900, 560, 400
FLAGS = ("-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wsign-conversion", "-Wold-style-cast", "-Werror")
SWITCHES = ("-DSUPEROFFICE_WITH_MBEDTLS=1", "-DSUPEROFFICE_WITH_SOCKETS=1")
LIBRARIES = ("-limgui", "-lstb", "-lSDL2", "-lGL", "-lmbedtls", "-lmbedx509", "-lmbedcrypto")
TASKS = ("1000", "1001", "1002", "1003", "1004", "2000", "2500", "5000", "42", "497")
BAR, ERROR = (230, 179, 0), (255, 128, 102)  # colours of Dear ImGui's bars and of the panel's errors


def build():
    FOLDER.mkdir(parents=True, exist_ok=True)
    output_of("g++", "-std=c++20", "-O2", *FLAGS, *SWITCHES, f"-I{INCLUDE}", "-isystem", "/usr/include/imgui", "-isystem",
              "/usr/include/SDL2", ROOT / "examples" / "imgui" / "main.cpp", "-o", FOLDER / "batch_window", *LIBRARIES)


def png_of(width, height, pixels):
    """A PNG of RGB pixels."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    lines = b"".join(b"\0" + pixels[line * width * 3:(line + 1) * width * 3] for line in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b""))


def near(pixel, colour):
    return all(abs(one - other) <= 16 for one, other in zip(pixel, colour))


def run():
    picture = FOLDER / "panel.ppm"
    picture.unlink(missing_ok=True)
    output = FOLDER / f"task-{TASKS[-1]}.out"
    output.unlink(missing_ok=True)
    service = Running("--task-seconds", "12")
    try:
        printed = output_of(
            "xvfb-run", "-a", "-s", "-screen 0 1024x768x24", FOLDER / "batch_window", "--frames", FRAMES, "--screenshot",
            picture, "--buttons", *TASKS, cwd=FOLDER, environment={
                "SUPEROFFICE_BASE_URL": service.base, "SUPEROFFICE_TOKEN": "8A:Cust12345.test-token-good",
                "SUPEROFFICE_ADDRESS": "127.0.0.1", "SUPEROFFICE_CA_FILE": str(service.ca), "LIBGL_ALWAYS_SOFTWARE": "1"})
        started = service.control("tasks")
    finally:
        service.stop()
    told = re.search(rf"^{FRAMES} frames in .*$", printed, re.MULTILINE)
    if not told:
        raise Failed(f"the window did not draw {FRAMES} frames:\n{printed}")
    print(f"imgui: {told[0]}")
    # What the buttons have done.
    if not output.exists() or not output.stat().st_size:
        raise Failed(f"{output.name} was not fetched")
    if "ContactExport" not in json.dumps(started):
        raise Failed(f"no job was started: {started}")
    magic, size, _, pixels = picture.read_bytes().split(b"\n", 3)
    if magic != b"P6" or size != f"{WIDTH} {HEIGHT}".encode() or len(pixels) != WIDTH * HEIGHT * 3:
        raise Failed(f"the picture is {size}, {len(pixels)} bytes")
    (FOLDER / "panel.png").write_bytes(png_of(WIDTH, HEIGHT, pixels))
    seen = [tuple(pixels[at:at + 3]) for at in range(0, len(pixels), 3)]
    bars, errors = (sum(near(pixel, colour) for pixel in seen) for colour in (BAR, ERROR))
    # A bar of 100 % has some 10,000 pixels, and the error of the task that does not exist some 300.
    if bars < 5000 or errors < 100 or len(set(seen)) < 50:
        raise Failed(f"the picture has {bars} pixels of bars, {errors} of errors, {len(set(seen))} colours: look at "
                     f"{(FOLDER / 'panel.png').relative_to(ROOT)}")
    committed = ROOT / "examples" / "imgui" / "panel.png"
    if committed.read_bytes()[16:24] != struct.pack(">II", WIDTH, HEIGHT):
        raise Failed(f"{committed.relative_to(ROOT)} is not a picture of {WIDTH} x {HEIGHT}")


def checks():
    yield Check("build the imgui panel", build, seconds=300)
    yield Check("imgui: the panel in a window, ten tasks and a handshake", run, needs=("build the imgui panel",), seconds=120)
