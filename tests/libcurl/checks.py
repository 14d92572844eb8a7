"""The adapter over libcurl, built with sanitizers and run against the local SuperOffice: alone, through a proxy, over HTTP/2."""

import shlex
import sys

from checking import BUILD, INCLUDE, ROOT, Check, output_of, run_unittests

HERE = ROOT / "tests" / "libcurl"
FOLDER = BUILD / "libcurl"
FLAGS = ("-std=c++20", "-g1", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Wall", "-Wextra",
         "-Wpedantic", "-Wshadow", "-Wconversion", "-Wsign-conversion", "-Wold-style-cast", "-Werror", f"-I{INCLUDE}")


def over_libcurl():
    FOLDER.mkdir(parents=True, exist_ok=True)
    libcurl = shlex.split(output_of("pkg-config", "--cflags", "--libs", "libcurl"))
    output_of("g++", *FLAGS, HERE / "adapter.cpp", *libcurl, "-o", FOLDER / "adapter")
    output_of("g++", *FLAGS, ROOT / "examples" / "libcurl" / "main.cpp", *libcurl, "-o", FOLDER / "main")
    return run_unittests("discover", "-s", HERE, environment={"SUPEROFFICE_CURL_ADAPTER": str(FOLDER / "adapter"),
                                                              "SUPEROFFICE_CURL_EXAMPLE": str(FOLDER / "main")})


def checks():
    yield Check("libcurl: the adapter, through a proxy and over HTTP/2 too", over_libcurl, seconds=420)
