// Tests of superoffice/transport/tls/certificate_authorities.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/certificate_authorities.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/tls/tls.hpp>

#include "support/failing_calloc.hpp"
#include "support/freed_memory.hpp"
#include "support/guard_page.hpp"
#include "tls_service.hpp"
#include "tls_testing.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#if !defined(_WIN32)
#include <sys/resource.h>
#include <sys/stat.h>
#endif

// What glibc says to be in use; the sanitizers have a heap of their own.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if __GLIBC_PREREQ(2, 33)
#define SUPEROFFICE_TESTS_HEAP_IN_USE 1
#include <malloc.h>
#endif
#endif

using namespace tls_testing;
using namespace std::string_literals;
using progress = superoffice::certificate_authorities::progress;

namespace {

/// The certificate of `nobodys_authority` as DER.
std::string nobodys_der() {
    REQUIRE(so::detail::mbedtls_api::begin_psa() == 0);  // as `tls` does before it reads a certificate
    mbedtls_x509_crt parsed;
    mbedtls_x509_crt_init(&parsed);
    REQUIRE(mbedtls_x509_crt_parse(&parsed, reinterpret_cast<const unsigned char*>(nobodys_authority),
                                   sizeof nobodys_authority) == 0);
    std::string der(reinterpret_cast<const char*>(parsed.raw.p), parsed.raw.len);
    mbedtls_x509_crt_free(&parsed);
    return der;
}

/// The same with another serial number. Nobody looks at the signature of an authority.
std::string numbered(std::string der, unsigned number) {
    const std::size_t at = der.find("\x02\x14"s);
    REQUIRE(at != std::string::npos);
    for (unsigned i = 0; i < 4; ++i) der[at + 4 + i] = static_cast<char>(number >> 8 * i);
    return der;
}

/// `count` different certificates in one piece.
std::string many(unsigned count, unsigned first = 0) {
    const std::string der = nobodys_der();
    std::string all;
    for (unsigned n = 0; n < count; ++n) all += numbered(der, first + n);
    return all;
}

std::string pem_of(const std::string& der) {
    constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text = "-----BEGIN CERTIFICATE-----\n";
    for (std::size_t at = 0; at < der.size(); at += 3) {
        unsigned group = 0;
        for (std::size_t i = 0; i < 3; ++i)
            group = group << 8 | (at + i < der.size() ? static_cast<unsigned char>(der[at + i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i) text += at + i > der.size() ? '=' : digits[group >> 6 * (3 - i) & 63];
        if (at % 48 == 45) text += '\n';
    }
    return text + "\n-----END CERTIFICATE-----\n";
}

const std::string broken_pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

void check_refused(const so::result<void>& r, errc code, std::size_t position) {
    REQUIRE_FALSE(r);
    CHECK(std::string_view(so::name(r.error().code)) == so::name(code));
    CHECK(r.error().stage == stage::request);
    CHECK(r.error().position() == position);
}

constexpr std::size_t nowhere = so::error::no_position;

/// Other versions of mbedTLS may have faults of their own where memory runs out.
constexpr bool can_fail = support::failing_calloc::works && MBEDTLS_VERSION_NUMBER < 0x03000000;

/// How many there really are, and that none of them was left half-read.
std::uint32_t count_of(const so::certificate_authorities& roots) {
    std::uint32_t count = 0;
    static_cast<void>(roots.find({}, [&count](const mbedtls_x509_crt& each) {
        if (each.raw.len != 0) ++count;
        return false;
    }));
    return count;
}

}  // namespace

TEST_CASE("certificate_authorities: PEM and DER from memory; unreadable certificates are skipped and counted") {
    const std::string der = nobodys_der(), pem = pem_of(der), other = numbered(der, 1);
    std::string bad_der = der;
    bad_der[bad_der.find("\x30\x59\x30\x13"s)] = 0x31;  // its key cannot be read
    const struct {
        const char* what;
        std::string bytes;
        std::uint32_t size, unreadable, first;
        std::size_t offset;
    } cases[] = {
        {"PEM", pem, 1, 0, 0, 0},
        {"PEM with a NUL behind it", pem + '\0', 1, 0, 0, 0},
        {"PEM with words around it", "words\n" + pem + "words", 1, 0, 0, 0},
        {"two of PEM", pem + pem_of(other), 2, 0, 0, 0},
        {"the same twice", pem + pem, 1, 0, 0, 0},
        {"a broken one first", broken_pem + pem, 1, 1, 1, 0},
        {"a broken one last", "\n" + pem + broken_pem, 1, 1, 2, 1 + pem.size()},
        {"two broken ones", broken_pem + broken_pem + pem, 1, 2, 1, 0},
        {"one without its last line first", pem.substr(0, pem.size() - 26) + pem, 1, 1, 1, 0},
        {"one without its last line between", pem + pem.substr(0, 60) + "\n" + pem_of(other), 2, 1, 2, pem.size()},
        {"DER", der, 1, 0, 0, 0},
        {"two of DER", der + other, 2, 0, 0, 0},
        {"DER twice", der + der, 1, 0, 0, 0},
        {"an unreadable DER between", der + bad_der + other, 2, 1, 2, der.size()},
    };
    for (const auto& c : cases) {
        CAPTURE(c.what);
        so::certificate_authorities roots;
        CHECK_FALSE(roots.is_loaded());
        REQUIRE(roots.add(bytes(c.bytes)));
        CHECK(roots.is_loaded());
        CHECK(roots.size() == c.size);
        CHECK(roots.unreadable() == c.unreadable);
        CHECK(roots.first_unreadable().number == c.first);
        CHECK(roots.first_unreadable().offset == c.offset);
        CHECK((roots.first_unreadable().native < 0) == (c.unreadable != 0));
        CHECK((roots.first_unreadable().native == 0) == (c.unreadable == 0));
        CHECK(count_of(roots) == c.size);
        CHECK(roots.first_unreadable().file == nullptr);
        roots.clear();
        CHECK_FALSE(roots.is_loaded());
        CHECK(roots.size() == 0);
        CHECK(roots.first_unreadable().number == 0);
    }
}

TEST_CASE(
    "certificate_authorities: a source without a readable certificate is an error that says where, and adds nothing") {
    const std::string der = nobodys_der(), pem = pem_of(der);
    const struct {
        const char* what;
        std::string bytes;
        std::size_t position;
    } cases[] = {
        {"nothing", "", 0},
        {"garbage", "garbage", 0},
        {"broken PEM", "\n" + broken_pem, 1},
        {"PEM of something else", "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n", 0},
        {"bytes behind DER", der + "x", der.size()},
        {"DER and PEM do not mix", der + broken_pem, der.size()},
    };
    for (const auto& c : cases) {
        CAPTURE(c.what);
        so::certificate_authorities roots;
        for (int again = 0; again < 2; ++again) {
            check_refused(roots.add(bytes(c.bytes)), errc::bad_authorities, c.position);
            CHECK_FALSE(roots.is_loaded());
        }
        const std::string good = numbered(der, 7);
        REQUIRE(roots.add(bytes(good)));
        check_refused(roots.add(bytes(c.bytes)), errc::bad_authorities, c.position);
        CHECK(roots.size() == 1);
        CHECK(count_of(roots) == 1);
        CHECK(roots.is_loaded());
        REQUIRE(roots.add(bytes(pem)));
        CHECK(roots.size() == 2);
        CHECK(count_of(roots) == 2);
    }
}

TEST_CASE(
    "certificate_authorities: PEM and DER that end anywhere are refused or skipped, and nothing is read behind the "
    "end") {
    const std::string der = nobodys_der(), other = numbered(der, 1);
    for (const bool is_pem : {true, false}) {
        const std::string one = is_pem ? pem_of(der) : der, both = one + (is_pem ? pem_of(other) : other);
        support::guard_page memory(both.size());
        for (std::size_t size = 0; size <= both.size(); ++size) {
            CAPTURE(is_pem);
            CAPTURE(size);
            const char* const at = memory.place(std::string_view(both).substr(0, size));
            so::certificate_authorities roots;
            const so::result<void> r = roots.add(bytes({at, size}));
            // Of PEM the line break behind the last line may be missing. DER needs all of its bytes.
            const std::size_t whole = is_pem ? one.size() - 1 : one.size(),
                              all = is_pem ? both.size() - 1 : both.size();
            const bool cut_behind_first = !is_pem && size > whole && size < all;
            CHECK(r.has_value() == (size >= whole && !cut_behind_first));
            CHECK(roots.size() == (!r ? 0U : size >= all ? 2U : 1U));
            if (!r) CHECK(r.error().code == errc::bad_authorities);
            if (!r) CHECK(r.error().native < 0);
        }
    }
}

TEST_CASE("certificate_authorities: no step reads more than eight certificates") {
    const std::string all = many(100);
    so::certificate_authorities roots;
    roots.start(bytes(all));
    unsigned steps = 0;
    for (std::uint32_t before = 0;; before = roots.size()) {
        CHECK_FALSE(roots.is_loaded());
        const progress now = roots.step();
        REQUIRE(now != progress::failed);
        ++steps;
        CHECK(roots.size() - before <= 8);
        if (now == progress::done) break;
    }
    CHECK(roots.size() == 100);
    CHECK(roots.is_loaded());
    CHECK(steps == 13);
    CHECK(roots.step() == progress::done);

    // A second start in the middle forgets the first one. Those of before stay.
    const std::string more = numbered(nobodys_der(), 1000);
    roots.start(bytes(all));
    roots.start(bytes(more));
    REQUIRE(roots.step() == progress::done);
    CHECK(roots.size() == 101);
    CHECK(count_of(roots) == 101);

    roots.start(bytes(all));
    roots.clear();
    CHECK(roots.step() == progress::done);
    CHECK(roots.size() == 0);
    CHECK(count_of(roots) == 0);
}

TEST_CASE(
    "certificate_authorities: a source that is left in the middle has added nothing, whatever is started or added "
    "then") {
    const std::string half = many(40), der = numbered(nobodys_der(), 1000), one_before = numbered(der, 2000);
    const struct {
        const char* what;
        bool (*leave)(so::certificate_authorities& roots, const std::string& other);
        bool is_ok;
        std::uint32_t added;
    } cases[] = {
        {"another start",
         [](so::certificate_authorities& roots, const std::string& other) {
             roots.start(bytes(other));
             return roots.step() == progress::done && roots.step() == progress::done;
         },
         true, 1},
        {"add",
         [](so::certificate_authorities& roots, const std::string& other) {
             return roots.add(bytes(other)).has_value();
         },
         true, 1},
        {"add of garbage",
         [](so::certificate_authorities& roots, const std::string&) { return roots.add(bytes("garbage")).has_value(); },
         false, 0},
        {"add_file without a file",
         [](so::certificate_authorities& roots, const std::string&) {
             return roots.add_file("/nowhere/at/all.pem").has_value();
         },
         false, 0},
        {"add_first_of without a file",
         [](so::certificate_authorities& roots, const std::string&) { return roots.add_first_of({}).has_value(); },
         false, 0},
        {"add_folder without a folder",
         [](so::certificate_authorities& roots, const std::string&) {
             return roots.add_folder("/nowhere/at/all").has_value();
         },
         false, 0},
    };
    for (const auto& c : cases) {
        for (const std::uint32_t before : {0U, 1U}) {
            CAPTURE(c.what);
            CAPTURE(before);
            so::certificate_authorities roots;
            if (before != 0) REQUIRE(roots.add(bytes(one_before)));
            roots.start(bytes(half));
            for (int step = 0; step < 3; ++step) REQUIRE(roots.step() == progress::more);
            REQUIRE(roots.size() == before + 24);
            CHECK(c.leave(roots, der) == c.is_ok);
            CHECK(roots.size() == before + c.added);
            CHECK(count_of(roots) == before + c.added);
            CHECK(roots.is_loaded() == (before + c.added != 0));
        }
    }
}

TEST_CASE("certificate_authorities: every step behind an error answers it again, until something is started or added") {
    const char* const no_files[] = {"/nowhere/at/all.pem"};
    const std::string der = nobodys_der();
    for (const int source : {0, 1, 2}) {
        CAPTURE(source);
        so::certificate_authorities roots;
        CHECK(roots.step() == progress::done);  // nothing has been started
        for (const bool by_clear : {false, true}) {
            if (source == 0) roots.start(bytes("garbage"));
            if (source == 1) CHECK_FALSE(roots.start_file(no_files[0]));
            if (source == 2) roots.start_first_of(no_files);
            progress step = progress::more;
            while (step == progress::more) step = roots.step();
            const errc code = source == 0 ? errc::bad_authorities : errc::no_authorities;
            for (int again = 0; again < 2; ++again, step = roots.step()) {
                REQUIRE(step == progress::failed);
                CHECK(roots.problem().code == code);
                CHECK(roots.problem().native < 0);
            }
            if (by_clear)
                roots.clear();
            else
                REQUIRE(roots.add(bytes(der)));
            CHECK(roots.step() == progress::done);
        }
    }
}

TEST_CASE("certificate_authorities: DER is used in place; a file and PEM text are not needed afterwards") {
    const std::string der = nobodys_der();
    const auto lies_there = [](const so::certificate_authorities& roots, const std::string& text) {
        return roots.find({}, [&text](const mbedtls_x509_crt& each) {
            const auto* const first = reinterpret_cast<const char*>(each.raw.p);
            return first >= text.data() && first < text.data() + text.size();
        });
    };
    so::certificate_authorities in_memory, of_text;
    const std::string pem = pem_of(der);
    REQUIRE(in_memory.add(bytes(der)));
    REQUIRE(of_text.add(bytes(pem)));
    CHECK(lies_there(in_memory, der));
    CHECK_FALSE(lies_there(of_text, pem));
}

#if defined(SUPEROFFICE_TESTS_HEAP_IN_USE)
TEST_CASE("certificate_authorities: certificates that are there already, and those of an error, are freed") {
    const std::string der = nobodys_der(), pem = pem_of(der), other = numbered(der, 1) + "x";
    so::certificate_authorities roots;
    std::size_t before = 0;
    for (int round = 0; round < 400; ++round) {
        if (round == 200) before = mallinfo2().uordblks;  // what the C library keeps for later is there by now
        REQUIRE(roots.add(bytes(pem)));
        REQUIRE_FALSE(roots.add(bytes(other)));
    }
    CHECK(mallinfo2().uordblks < before + 10'000);
    CHECK(roots.size() == 1);
}
#endif

TEST_CASE("certificate_authorities: limits of a bundle: 1,024 certificates, 4 MiB, 64 KiB for one in PEM") {
    const std::string most = many(1024), one_more = numbered(nobodys_der(), 1024);
    so::certificate_authorities roots;
    REQUIRE(roots.add(bytes(most)));
    CHECK(roots.size() == 1024);
    so::result<void> r = roots.add(bytes(one_more));
    check_refused(r, errc::bad_authorities, 0);
    CHECK(r.error().native == 0);
    CHECK(roots.size() == 1024);
    CHECK(roots.is_loaded());
    so::certificate_authorities others;
    check_refused(others.add(bytes(most + one_more)), errc::bad_authorities, most.size());
    CHECK(others.size() == 0);

    const std::string pem = pem_of(nobodys_der()), blanks(4194304 - pem.size(), '\n');
    REQUIRE(others.add(bytes(blanks + pem)));
    others.clear();
    r = others.add(bytes(blanks + pem + "\n"));
    check_refused(r, errc::bad_authorities, 4194304);
    CHECK(r.error().native == 0);

    const std::string head = pem.substr(0, 28), tail = pem.substr(28, pem.size() - 29);
    const std::string longest = head + std::string(65536 - pem.size() + 1, '\n') + tail;
    REQUIRE(longest.size() == 65536);
    for (const bool too_long : {false, true}) {
        CAPTURE(too_long);
        so::certificate_authorities each;
        const std::string text = head + (too_long ? "\n" : "") + longest.substr(28);
        const so::result<void> one = each.add(bytes(text));
        CHECK(one.has_value() == !too_long);
    }
}

#if !defined(_WIN32)
TEST_CASE("certificate_authorities: files and folders, with the file of the first unreadable certificate") {
    namespace fs = std::filesystem;
    const std::string der = nobodys_der();
    std::string made = (fs::temp_directory_path() / "superoffice-authorities-XXXXXX").string();
    REQUIRE(::mkdtemp(made.data()) != nullptr);
    const fs::path root = made;
    fs::create_directories(root / "folder");
    const auto file = [&root](const char* name, const std::string& text) {
        std::ofstream(root / name, std::ios::binary) << text;
        return (root / name).string();
    };
    const std::string pem = file("one.pem", pem_of(der)), binary = file("two.der", numbered(der, 1) + numbered(der, 2)),
                      garbage = file("garbage", "garbage"), broken = file("broken.pem", broken_pem),
                      empty = file("empty", ""), mixed = file("mixed.pem", pem_of(numbered(der, 3)) + broken_pem);
    const std::string missing = (root / "missing").string(), folder = (root / "folder").string(),
                      fifo = (root / "fifo").string();
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);  // opening it would wait for ever
    const struct {
        const std::string& path;
        errc code = errc::ok;
        std::uint32_t size = 0, unreadable = 0;
    } files[] = {
        {.path = pem, .size = 1},
        {.path = binary, .size = 2},
        {.path = mixed, .size = 1, .unreadable = 1},
        {.path = garbage, .code = errc::bad_authorities, .unreadable = 1},
        {.path = broken, .code = errc::bad_authorities, .unreadable = 1},
        {.path = empty, .code = errc::bad_authorities},
        {.path = missing, .code = errc::no_authorities},
        {.path = folder, .code = errc::no_authorities},
        {.path = fifo, .code = errc::no_authorities},
    };
    for (const auto& c : files) {
        CAPTURE(c.path);
        so::certificate_authorities roots;
        const so::result<void> r = roots.add_file(c.path.c_str());
        CHECK(r.error().code == c.code);
        if (!r) CHECK(r.error().native < 0);
        CHECK(roots.size() == c.size);
        CHECK(roots.unreadable() == c.unreadable);
        if (c.unreadable != 0) {
            REQUIRE(roots.first_unreadable().file != nullptr);
            CHECK(roots.first_unreadable().file == c.path);
        }
        if (c.code == errc::no_authorities) check_refused(r, c.code, nowhere);
    }
    const std::string large = file("large.pem", std::string(4194305, '\n'));
    const struct {
        const char* what;
        std::vector<std::string> files;
        errc code;
        std::uint32_t size;
    } lists[] = {
        {"none", {}, errc::no_authorities, 0},
        {"no such file", {missing}, errc::no_authorities, 0},
        {"the second", {missing, binary}, errc::ok, 2},
        {"behind a folder and a pipe", {folder, fifo, binary}, errc::ok, 2},
        {"the first one counts", {pem, binary}, errc::ok, 1},
        {"behind one that cannot be read", {garbage, broken, binary}, errc::ok, 2},
        {"what is there cannot be read", {missing, garbage, missing}, errc::bad_authorities, 0},
        {"what is there is too large", {large, missing}, errc::bad_authorities, 0},
    };
    for (const auto& c : lists) {
        CAPTURE(c.what);
        std::vector<const char*> names;
        for (const std::string& each : c.files) names.push_back(each.c_str());
        so::certificate_authorities roots;
        const so::result<void> r = roots.add_first_of(names);
        CHECK(std::string_view(so::name(r.error().code)) == so::name(c.code));
        CHECK(roots.size() == c.size);
        CHECK(roots.is_loaded() == (c.size != 0));
        // Each step opens one file, or reads of one.
        so::certificate_authorities in_steps;
        in_steps.start_first_of(names);
        progress step = progress::more;
        std::size_t steps = 0;
        for (; step == progress::more; ++steps) step = in_steps.step();
        CHECK((step == progress::done) == r.has_value());
        CHECK(steps <= 2 * names.size() + 1);
        if (!r) CHECK(in_steps.problem() == r.error());
    }
    // Memory takes the place of a file whose certificates were not read yet.
    so::certificate_authorities turned;
    const std::string text = broken_pem + pem_of(der);
    REQUIRE(turned.start_file(pem.c_str()));
    REQUIRE(turned.add(bytes(text)));
    CHECK(turned.first_unreadable().number == 1);
    CHECK(turned.first_unreadable().file == nullptr);
    so::certificate_authorities directory;
    CHECK_FALSE(directory.add_file(root.string().c_str()));

    if (!so::detail::has_folders) {
        fs::remove_all(root);
        return;
    }
    so::certificate_authorities all;
    REQUIRE(all.add_folder(root.string().c_str()));
    CHECK(all.size() == 4);
    CHECK(all.is_loaded());
    CHECK(all.unreadable() == 2);
    const std::string first = all.first_unreadable().file;
    CHECK((first == broken || first == mixed));
    const struct {
        std::string path;
        errc code;
    } folders[] = {{missing, errc::no_authorities},
                   {pem, errc::no_authorities},
                   {(root / "folder").string(), errc::no_authorities}};
    for (const auto& c : folders) {
        CAPTURE(c.path);
        check_refused(all.add_folder(c.path.c_str()), c.code, nowhere);
        CHECK(all.size() == 4);
        CHECK(all.is_loaded());
    }
    for (const char digit : std::string_view("0123456789"))
        file((std::string("folder/broken") + digit).c_str(), broken_pem);
    check_refused(all.add_folder((root / "folder").string().c_str()), errc::bad_authorities, 0);
    file("folder/good", pem_of(numbered(der, 4)));
    REQUIRE(all.add_folder((root / "folder").string().c_str()));
    CHECK(all.size() == 5);
    CHECK(count_of(all) == 5);
    // A limit is an error, whatever else the folder holds: nothing of it is added.
    file("folder/many", many(1025, 5000));
    check_refused(all.add_folder((root / "folder").string().c_str()), errc::bad_authorities, (1024 - 5) * der.size());
    CHECK(all.size() == 5);
    CHECK(count_of(all) == 5);
    fs::remove_all(root);
}
#endif

TEST_CASE(
    "certificate_authorities: where memory runs out, all of the source is refused, and nothing stays on the heap") {
    const auto path = std::filesystem::temp_directory_path() / ("superoffice-memory-" + std::to_string(std::rand()));
    std::ofstream{path} << broken_pem << pem_of(nobodys_der()) << pem_of(numbered(nobodys_der(), 1));
    constexpr int never = 1'000'000;
    so::certificate_authorities roots;
    so::result<void> added;
    std::uint32_t size = 0;
    bool failed = false, unnamed = false;
    // How many more blocks of memory are held behind `add_file` and `clear`, of which one calloc fails.
    const auto blocks_held_behind = [&](int failing) {
        const support::freed_memory freed{"any text"};
        const support::failing_calloc memory{failing};
        added = roots.add_file(path.c_str());
        failed = memory.has_failed();
        size = roots.size();
        unnamed = roots.unreadable() == 1 && roots.first_unreadable().file == nullptr;
        roots.clear();
        return memory.taken() - freed.blocks();
    };
    static_cast<void>(blocks_held_behind(never));  // makes what mbedTLS makes once
    const int held = blocks_held_behind(never);    // the C library's own for the file is no calloc
    int refused = 0, without_name = 0;
    failed = can_fail;
    for (; failed; ++refused) {
        CAPTURE(refused);
        CHECK(blocks_held_behind(refused) == held);
        if (added) {
            CHECK(size == 2);
            without_name += unnamed ? 1 : 0;
            continue;
        }
        CHECK(failed);
        CHECK(added.error() == errc::bad_authorities);
        CHECK(so::detail::mbedtls_api::is_out_of_memory(added.error().native));
        CHECK(size == 0);
    }
    if (can_fail) {
        CHECK(refused > 20);
        CHECK(without_name == 1);  // only the name of the file was missing then
    }
    std::filesystem::remove(path);
}

TEST_CASE("certificate_authorities: where memory runs out in a folder, nothing of the folder is added") {
    const auto folder = std::filesystem::temp_directory_path() / ("superoffice-memory-" + std::to_string(std::rand()));
    std::filesystem::create_directory(folder);
    std::ofstream{folder / "one.pem"} << pem_of(nobodys_der());
    std::ofstream{folder / "two.pem"} << pem_of(numbered(nobodys_der(), 1));
    int number = 0;
    for (bool failed = can_fail; failed; ++number) {
        CAPTURE(number);
        so::certificate_authorities roots;
        const support::failing_calloc memory{number};
        const so::result<void> added = roots.add_folder(folder.c_str());
        failed = memory.has_failed();
        CHECK(roots.size() == (added ? 2 : 0));  // never one of the two
        if (!added) CHECK(so::detail::mbedtls_api::is_out_of_memory(added.error().native));
    }
    std::filesystem::remove_all(folder);
}

#if !defined(_WIN32)
TEST_CASE("certificate_authorities: a file that cannot be opened, or is shorter than it says, has no authorities") {
    const auto path = std::filesystem::temp_directory_path() / ("superoffice-files-" + std::to_string(std::rand()));
    std::ofstream{path} << pem_of(nobodys_der());
    so::certificate_authorities roots;
    rlimit files{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
    rlimit none = files;
    none.rlim_cur = 0;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    const so::result<void> too_many = roots.add_file(path.c_str());
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &files) == 0);
    check_refused(too_many, errc::no_authorities, nowhere);
    CHECK(roots.add_file(path.c_str()));
    std::filesystem::remove(path);
    // Linux says a page for its own short files.
    constexpr const char* short_file = "/sys/kernel/mm/transparent_hugepage/enabled";
    if (std::filesystem::exists(short_file)) check_refused(roots.add_file(short_file), errc::no_authorities, nowhere);
    CHECK(roots.size() == 1);
}
#endif

TEST_CASE("certificate_authorities: while the files of a system are still to be read, links cannot use what is there") {
    const std::string der = nobodys_der();
    so::certificate_authorities roots;
    REQUIRE(roots.add(bytes(der)));
    CHECK(roots.is_loaded());
    constexpr const char* nothing[] = {"/nowhere/at/all.pem"};
    roots.start_first_of(nothing);
    CHECK_FALSE(roots.is_loaded());
    while (roots.step() == progress::more) CHECK_FALSE(roots.is_loaded());
    CHECK(roots.is_loaded());
    CHECK(roots.size() == 1);
}

TEST_CASE("certificate_authorities: the system's own, at once and in steps") {
    so::certificate_authorities at_once, in_steps;
    const so::result<void> r = at_once.add_system();
    in_steps.start_system();
    progress step = progress::more;
    unsigned steps = 0;
    for (; step == progress::more; ++steps) step = in_steps.step();
    CHECK((step == progress::done) == r.has_value());
    CHECK(in_steps.size() == at_once.size());
    if (std::filesystem::exists(so::detail::system_authorities[0])) {
        REQUIRE(r);
        CHECK(at_once.is_loaded());
        CHECK(steps > at_once.size() / 8);
        REQUIRE(at_once.add_system());
        CHECK(at_once.size() == in_steps.size());  // each is there already
    } else {                                       // a machine that has none
        check_refused(r, errc::no_authorities, nowhere);
    }
}

TEST_CASE(
    "certificate_authorities: in place, DER is used where it lies if this mbedTLS can, else it is refused by name") {
    const std::string der = nobodys_der(), two = der + numbered(der, 1);
    const struct {
        const char* what;
        std::string bytes;
        std::uint32_t size;
        std::size_t position;
    } cases[] = {
        {"one", der, 1, 0},
        {"two", two, 2, 0},
        {"nothing", "", 0, 0},
        {"PEM", pem_of(der), 0, 0},
        {"one byte missing", two.substr(0, two.size() - 1), 0, der.size()},
        {"bytes behind it", two + "x", 0, two.size()},
        {"1,024", many(1024), 1024, 0},
        {"1,025", many(1025), 0, 1024 * der.size()},
        {"more than 4 MiB", std::string(4194305, '0'), 0, 4194304},
    };
    for (const auto& c : cases) {
        CAPTURE(c.what);
        so::certificate_authorities roots;
        const so::result<void> r = roots.use_in_place(bytes(c.bytes));
        if (!so::certificate_authorities::can_use_in_place) {
            check_refused(r, errc::bad_authorities, 0);
            CHECK(r.error().native == MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE);
            CHECK_FALSE(roots.is_loaded());
        } else if (c.size == 0) {
            check_refused(r, errc::bad_authorities, c.position);
            CHECK_FALSE(roots.is_loaded());
        } else {
            REQUIRE(r);
            CHECK(roots.size() == c.size);
            CHECK(roots.is_loaded());
        }
    }
}

TEST_CASE("tls: shared authorities have to be loaded, and no others may be named beside them") {
    so::certificate_authorities empty, reading, loaded;
    const std::string pem = nobodys_authority, all = many(20);
    REQUIRE(loaded.add(bytes(pem)));
    reading.start(bytes(all));
    REQUIRE(reading.step() == progress::more);
    so::tls_options with_empty{.authorities = &empty}, with_reading{.authorities = &reading},
        with_file{.ca_file = "ca.pem", .authorities = &loaded}, with_memory{.authorities = &loaded};
    with_memory.ca_memory = bytes(pem);
    const struct {
        const char* what;
        so::tls_options options;
    } cases[] = {
        {"nothing loaded", with_empty},
        {"loading not finished", with_reading},
        {"and a file", with_file},
        {"and memory", with_memory},
    };
    for (const auto& c : cases) {
        CAPTURE(c.what);
        so::tls<recorder> link{c.options};
        const io_result r = link.start({"service.example", 443});
        check_failed(r, errc::bad_tls_options, stage::handshake);
        CHECK(r.native == 0);
        CHECK(link.link().starts == 0);
    }
    so::tls<recorder> late{with_reading};
    check_failed(late.start({"service.example", 443}), errc::bad_tls_options, stage::handshake);
    while (reading.step() == progress::more) {
    }
    CHECK(late.start({"service.example", 443}).state == io_state::would_block);
    CHECK(late.link().starts == 1);
}

TEST_CASE("tls: a link loads its own authorities in bounded pieces before the link below is started") {
    const std::string all = many(100);
    so::tls_options options;
    options.ca_memory = bytes(all);
    int asked = 0;
    options.utc_now = {[](void* count) noexcept { return ++*static_cast<int*>(count), std::int64_t{1'800'000'000}; },
                       &asked};
    so::tls<recorder> link{options};
    int calls = 0;
    for (; calls < 100 && link.link().starts == 0; ++calls) {
        const io_result r = link.start({"service.example", 443});
        REQUIRE(r.state == io_state::would_block);
        if (link.link().starts == 0) CHECK(r.wants == wait_for::nothing);
        if (link.link().starts == 0) CHECK(asked == 0);
    }
    CHECK(calls == 13);
    CHECK(asked == 1);
    link.stop();
    CHECK(link.start({"service.example", 443}).state == io_state::would_block);
    CHECK(link.link().starts == 2);  // they are kept
}

#if defined(SUPEROFFICE_TESTS_TLS_SERVICE)

TEST_CASE("tls: links that share authorities verify by them, and a renewed object takes over for new links") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::certificate_authorities roots, nobodys;
    REQUIRE(roots.add_file(service().ca_file().c_str()));
    REQUIRE(nobodys.add(bytes(nobodys_authority)));
    so::tls_options trusting{.authorities = &roots, .protocol = support::test_tls()}, wary = trusting;
    wary.authorities = &nobodys;
    so::mbedtls_socket first{trusting}, second{trusting}, third{wary};
    CHECK(start(first, "localhost", service().port()).state == io_state::ready);
    CHECK(start(second, "localhost", service().port()).state == io_state::ready);
    check_failed(start(third, "localhost", service().port()), errc::certificate_unknown_authority, stage::handshake);
    CHECK(reply_of(first).substr(0, 15) == "HTTP/1.1 200 OK");

    std::byte session[so::mbedtls_socket::max_session_bytes];
    const std::size_t size = first.export_session(session);
    REQUIRE(size != 0);
    first.stop();
    const so::peer to{"localhost", service().port()};
    so::mbedtls_socket other_authorities{wary}, same_authorities{trusting};
    CHECK(other_authorities.import_session(to, std::span(session).first(size)).state == io_state::closed);
    CHECK(same_authorities.import_session(to, std::span(session).first(size)).state == io_state::ready);
    REQUIRE(start(same_authorities, "localhost", service().port()).state == io_state::ready);
    CHECK(same_authorities.resumed());
}

#endif  // SUPEROFFICE_TESTS_TLS_SERVICE

#endif
