# Checked by the tests with a stand-in for Conan: the recipe gives the headers and the names of the targets. Conan itself has
# not run it yet.
# SPDX-License-Identifier: BSL-1.0
"""conan create packaging/conan"""

import os
import re

from conan import ConanFile
from conan.tools.files import copy

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


class SuperofficeBatch(ConanFile):
    name = "superoffice-batch"
    license = "BSL-1.0"
    description = "Follows and stops batch tasks of SuperOffice, without heap, exceptions and RTTI"
    topics = ("http", "tls", "json", "header-only")
    package_type = "header-library"
    no_copy_source = True
    options = {"with_mbedtls": [True, False], "with_simdjson": [True, False]}
    default_options = {"with_mbedtls": True, "with_simdjson": False}

    def set_version(self):
        with open(os.path.join(ROOT, "include", "superoffice", "base", "version.hpp"), encoding="utf-8") as header:
            self.version = re.search(r'VERSION_TEXT "(.*)"', header.read())[1]

    def export_sources(self):
        copy(self, "include/*.hpp", ROOT, self.export_sources_folder)
        copy(self, "LICENSE", ROOT, self.export_sources_folder)

    def requirements(self):
        self.requires("boost/[>=1.77]", options={"header_only": True})
        if self.options.with_mbedtls:
            self.requires("mbedtls/[>=2.28 <4]")
        if self.options.with_simdjson:
            self.requires("simdjson/[>=3.2]")

    def package_id(self):
        self.info.clear()

    def package(self):
        copy(self, "include/*.hpp", self.source_folder, self.package_folder)
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "superoffice-batch")
        batch = self.cpp_info.components["batch"]
        batch.set_property("cmake_target_name", "superoffice::batch")
        batch.requires = ["boost::headers"]
        batch.bindirs = batch.libdirs = []
        if self.options.with_simdjson:
            batch.defines = ["SUPEROFFICE_WITH_SIMDJSON=1"]
            batch.requires.append("simdjson::simdjson")
        if self.options.with_mbedtls:
            tls = self.cpp_info.components["batch_mbedtls"]
            tls.set_property("cmake_target_name", "superoffice::batch_mbedtls")
            tls.requires = ["batch", "mbedtls::mbedtls"]
            tls.defines = ["SUPEROFFICE_WITH_MBEDTLS=1", "SUPEROFFICE_WITH_SOCKETS=1"]
            tls.bindirs = tls.libdirs = []
            if self.settings.get_safe("os") == "Windows":
                tls.system_libs = ["ws2_32"]
