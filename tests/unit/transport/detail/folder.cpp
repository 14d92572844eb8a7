// Tests of superoffice/transport/detail/folder.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/detail/folder.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS && !defined(_WIN32)

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;

TEST_CASE("folder: gives the plain files, and links to them, and nothing else") {
    std::string name = (fs::temp_directory_path() / "superoffice-folder-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    const fs::path root = name;
    for (const char* const file : {"a.pem", "b", ".hidden"}) std::ofstream(root / file) << file;
    fs::create_directory(root / "folder");
    std::ofstream(root / "folder" / "inner.pem") << "inner";
    fs::create_symlink("a.pem", root / "link");
    fs::create_symlink("nowhere", root / "dangling");
    REQUIRE(::mkfifo((root / "fifo").c_str(), 0600) == 0);  // opening it would wait for ever

    std::set<std::string> found;
    superoffice::detail::folder files{name.c_str()};
    REQUIRE(files.is_open());
    while (const char* const file = files.next()) found.insert(file);
    CHECK(found == std::set<std::string>{name + "/a.pem", name + "/b", name + "/link"});
    fs::remove_all(root);

    superoffice::detail::folder none{name.c_str()};
    CHECK_FALSE(none.is_open());
}

TEST_CASE("folder: is closed with the object") {
    const auto next_descriptor = [] {
        const int free = ::dup(0);
        ::close(free);
        return free;
    };
    const int before = next_descriptor();
    {
        superoffice::detail::folder files{"/"};
        REQUIRE(files.is_open());
        CHECK(next_descriptor() != before);
    }
    CHECK(next_descriptor() == before);
}

TEST_CASE("folder: leaves out a file whose path has more than 1023 bytes") {
    std::string name = (fs::temp_directory_path() / "superoffice-folder-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    std::string path = name;
    while (path.size() + 102 < 1023 - 100) path += "/" + std::string(100, 'd');
    fs::create_directories(path);
    const std::size_t room = 1023 - path.size() - 1;
    std::ofstream(path + "/" + std::string(room, 'f')) << "fits";
    std::ofstream(path + "/" + std::string(room + 1, 'g')) << "does not";
    superoffice::detail::folder files{path.c_str()};
    REQUIRE(files.is_open());
    const char* const file = files.next();
    REQUIRE(file != nullptr);
    CHECK(std::string(file).size() == 1023);
    CHECK(std::string(file).back() == 'f');
    CHECK(files.next() == nullptr);
    // Of a folder whose own path is that long, every file.
    std::ofstream(name + "/a") << "a";
    std::string dots = name;
    while (dots.size() <= 1023) dots += "/.";
    superoffice::detail::folder deep{dots.c_str()};
    REQUIRE(deep.is_open());
    CHECK(deep.next() == nullptr);
    fs::remove_all(name);
}

#endif
