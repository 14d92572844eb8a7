// Tests of superoffice/transport/tls/mbedtls_rsa_signer.hpp: the signatures are checked by OpenSSL.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/mbedtls_rsa_signer.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/base/detail/base64.hpp>
#include <superoffice/client/signer.hpp>

#include <doctest/doctest.h>

#include "support/failing_calloc.hpp"
#include "support/freed_memory.hpp"

#include <array>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace so = superoffice;
using so::errc;

static_assert(so::signer<so::mbedtls_rsa_signer>);

namespace {

/// A folder with keys that OpenSSL made, and what is signed.
struct keys {
    std::filesystem::path folder;

    keys() {
        std::string name = (std::filesystem::temp_directory_path() / "rsa_signer_XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        folder = name;
        run("genrsa -out key.pem 2048");
        run("rsa -in key.pem -pubout -out public.pem");
        run("rsa -in key.pem -outform der -traditional -out key.der");
        run("pkcs8 -topk8 -nocrypt -in key.pem -out pkcs8.pem");
        run("rsa -in key.pem -traditional -out pkcs1.pem");
        run("rsa -in key.pem -des3 -traditional -passout pass:word -out encrypted.pem");
        run("ecparam -name prime256v1 -genkey -noout -out curve.pem");
    }
    keys(const keys&) = delete;
    keys& operator=(const keys&) = delete;
    ~keys() { std::filesystem::remove_all(folder); }

    [[nodiscard]] bool succeeds(const std::string& command) const {
        return std::system(("cd '" + folder.string() + "' && openssl " + command + " >/dev/null 2>&1").c_str()) == 0;
    }
    void run(const std::string& command) const {
        CAPTURE(command);
        CHECK(succeeds(command));
    }
    [[nodiscard]] std::string read(const char* name) const {
        std::ifstream file{folder / name, std::ios::binary};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    [[nodiscard]] bool verifies(std::string_view data, std::span<const std::byte> signature) const {
        std::ofstream{folder / "data", std::ios::binary} << data;
        std::ofstream{folder / "signature", std::ios::binary}.write(reinterpret_cast<const char*>(signature.data()),
                                                                    static_cast<std::streamsize>(signature.size()));
        return succeeds("dgst -sha256 -verify public.pem -signature signature data");
    }
};

/// The numbers of RSAPrivateKey in DER, without their signs' zeros.
std::vector<std::string> numbers_of(std::string_view der) {
    std::vector<std::string> numbers;
    std::size_t at = 0;
    const auto size_at = [&] {
        std::size_t size = static_cast<unsigned char>(der[at++]);
        if (size < 0x80) return size;
        std::size_t count = size & 0x7F;
        for (size = 0; count > 0; --count) size = size << 8 | static_cast<unsigned char>(der[at++]);
        return size;
    };
    ++at;
    static_cast<void>(size_at());
    while (at < der.size()) {
        ++at;
        const std::size_t size = size_at();
        std::string number{der.substr(at, size)};
        while (number.size() > 1 && number.front() == 0) number.erase(0, 1);
        numbers.push_back(number);
        at += size;
    }
    return numbers;
}
std::string element(std::string_view name, std::string_view number, std::string_view between = "") {
    std::string base64(so::detail::base64_size(number.size()), ' ');
    so::detail::write_base64(std::as_bytes(std::span{number.data(), number.size()}), base64.data());
    for (std::size_t at = 64; at < base64.size() && !between.empty(); at += 64 + between.size())
        base64.insert(at, between);
    return "<" + std::string{name} + ">" + base64 + "</" + std::string{name} + ">";
}
std::string xml_of(std::string_view der, std::string_view between = "") {
    const std::vector<std::string> n = numbers_of(der);
    REQUIRE(n.size() == 9);
    return "<RSAKeyValue>" + element("Modulus", n[1], between) + element("Exponent", n[2]) +
           element("P", n[4], between) + element("Q", n[5]) + element("DP", n[6]) + element("DQ", n[7]) +
           element("InverseQ", n[8]) + element("D", n[3], between) + "</RSAKeyValue>";
}

}  // namespace

TEST_CASE("mbedtls_rsa_signer: OpenSSL accepts what each form of the key signs") {
    const keys all;
    const std::string der = all.read("key.der");
    struct row {
        const char* name;
        std::string key;
        std::string_view password;
    };
    const row rows[] = {
        {"PKCS#8 in PEM", all.read("pkcs8.pem"), ""},
        {"PKCS#1 in PEM", all.read("pkcs1.pem"), ""},
        {"PKCS#1 in PEM, encrypted", all.read("encrypted.pem"), "word"},
        {"PKCS#1 in DER", der, ""},
        {".NET's XML", xml_of(der), ""},
        {".NET's XML, with a declaration and line breaks", "<?xml version=\"1.0\"?>\r\n" + xml_of(der, "\r\n    "), ""},
    };
    constexpr std::string_view data = "My App-2d2D5KmBji.202611292000";
    for (const row& each : rows) {
        CAPTURE(each.name);
        so::mbedtls_rsa_signer key;
        CHECK_FALSE(key.is_loaded());
        REQUIRE(key.load(each.key, each.password).has_value());
        CHECK(key.is_loaded());
        std::array<std::byte, so::max_signature_bytes> signature{};
        const so::result<std::size_t> size = key.sign(data, signature);
        REQUIRE(size.has_value());
        CHECK(*size == 256);
        CHECK(all.verifies(data, {signature.data(), *size}));
        CHECK_FALSE(all.verifies("My App-2d2D5KmBji.202611292001", {signature.data(), *size}));
    }
}

TEST_CASE("mbedtls_rsa_signer: bytes that are no RSA key are refused, and the key loaded before is gone") {
    const keys all;
    const std::string der = all.read("key.der"), xml = xml_of(der);
    struct row {
        const char* name;
        std::string key;
    };
    std::vector<row> rows = {
        {"nothing", ""},
        {"words", "not a key"},
        {"a public key", all.read("public.pem")},
        {"a key of a curve", all.read("curve.pem")},
        {"an encrypted key without its password", all.read("encrypted.pem")},
        {"DER, cut", der.substr(0, der.size() / 2)},
        {"an empty XML", "<RSAKeyValue></RSAKeyValue>"},
    };
    for (const std::string_view name : {"Modulus", "Exponent", "P", "Q", "DP", "DQ", "InverseQ", "D"}) {
        std::string without = xml;
        const std::size_t from = without.find("<" + std::string{name} + ">");
        const std::size_t to = without.find("</" + std::string{name} + ">");
        without.erase(from, to - from);
        rows.push_back({"XML without an element", without});
        std::string broken = xml;
        broken[broken.find("<" + std::string{name} + ">") + name.size() + 3] = '%';
        rows.push_back({"XML with a digit that is none", broken});
    }
    so::mbedtls_rsa_signer key;
    for (const row& each : rows) {
        CAPTURE(each.name);
        REQUIRE(key.load(der).has_value());
        const so::result<void> loaded = key.load(each.key);
        CHECK(loaded.error() == errc::bad_client_certificate);
        CHECK(loaded.error().stage == so::stage::credential);
        CHECK(loaded.error().native < 0);
        CHECK_FALSE(key.is_loaded());
        std::array<std::byte, so::max_signature_bytes> signature{};
        const so::result<std::size_t> size = key.sign("data", signature);
        CHECK(size.error() == errc::credential_missing);
        CHECK(size.error().stage == so::stage::credential);
    }
}

TEST_CASE("mbedtls_rsa_signer: memory that held the key is zeroed before it is freed, also after an error") {
    const keys all;
    const std::string pem = all.read("pkcs1.pem"), der = all.read("key.der"), xml = xml_of(der);
    const std::string_view digits = std::string_view{pem}.substr(pem.find('\n') + 1, 48);
    const std::string secret = numbers_of(der)[3];  // the private exponent, in the DER that is made of the XML
    struct row {
        const char* name;
        std::string_view key, secret;
    } const rows[] = {
        {"PEM", pem, digits},
        {"PEM, cut", std::string_view{pem}.substr(0, pem.size() - 20), digits},
        {"XML", xml, std::string_view{secret}.substr(0, 64)},
    };
    for (const row& each : rows) {
        CAPTURE(each.name);
        so::mbedtls_rsa_signer key;
        const support::freed_memory freed{each.secret};
        static_cast<void>(key.load(each.key));
        CHECK(freed.blocks() > 0);
        CHECK(freed.found() == 0);
    }
}

TEST_CASE("mbedtls_rsa_signer: an encrypted key without its password says that it takes one") {
    const keys all;
    so::mbedtls_rsa_signer key;
    CHECK(key.load(all.read("encrypted.pem")).error().native == MBEDTLS_ERR_PK_PASSWORD_REQUIRED);
    CHECK(key.load(all.read("encrypted.pem"), "wrong").error().native == MBEDTLS_ERR_PK_PASSWORD_MISMATCH);
}

TEST_CASE("mbedtls_rsa_signer: where memory runs out, and where a key is refused, nothing stays on the heap") {
    const keys all;
    const std::string pem = all.read("pkcs1.pem"), xml = xml_of(all.read("key.der"));
    constexpr int never = 1'000'000;
    // How many more blocks of memory are held behind a `load` of which one calloc fails.
    so::result<void> loaded;
    const auto blocks_held_by = [&](so::mbedtls_rsa_signer& signer, std::string_view key, int failing) {
        const support::freed_memory freed{"any text"};
        const support::failing_calloc memory{failing};
        loaded = signer.load(key);
        return memory.taken() - freed.blocks();
    };
    for (const std::string_view key : {std::string_view{pem}, std::string_view{xml}}) {
        so::mbedtls_rsa_signer me, other;
        const int held = blocks_held_by(me, key, never);
        CHECK(loaded.has_value());
        if (support::failing_calloc::works) CHECK(held > 0);
        CHECK(blocks_held_by(me, key, never) == 0);  // the key that was there before is freed
        CHECK(blocks_held_by(me, key.substr(0, key.size() - 30), never) == -held);
        CHECK_FALSE(loaded.has_value());
        // Each of the first pieces of memory, then fewer and fewer of them fail. (Other versions of mbedTLS may have leaks
        // of their own there.)
        constexpr bool can_fail = support::failing_calloc::works && MBEDTLS_VERSION_NUMBER < 0x03000000;
        bool is_last = !can_fail;
        for (int number = 0; !is_last && number < never; number += 1 + number / 16) {
            CAPTURE(number);
            const int now = blocks_held_by(other, key, number);
            is_last = loaded.has_value();
            CHECK(now == (is_last ? held : 0));
            CHECK(other.is_loaded() == is_last);
            if (!is_last) CHECK(loaded.error() == errc::bad_client_certificate);
        }
        CHECK(is_last);
    }
}

TEST_CASE("mbedtls_rsa_signer: memory of one byte less than the signature is refused with the size") {
    const keys all;
    so::mbedtls_rsa_signer key;
    REQUIRE(key.load(all.read("key.pem")).has_value());
    std::array<std::byte, 255> signature{};
    const so::result<std::size_t> size = key.sign("data", signature);
    CHECK(size.error() == errc::memory_too_small);
    CHECK(size.error().stage == so::stage::credential);
    CHECK(size.error().needed() == 256);
}

TEST_CASE("mbedtls_rsa_signer: a random source that fails is reported") {
    const keys all;
    so::mbedtls_rsa_signer key;
    const so::random_source none{.fill = [](void*, std::span<std::byte>) noexcept { return false; },
                                 .context = nullptr};
    const so::result<void> loaded = key.load(all.read("key.pem"), {}, none);
    if (!loaded) return;  // mbedTLS 3 wants random bytes to read a key
    std::array<std::byte, so::max_signature_bytes> signature{};
    const so::result<std::size_t> size = key.sign("data", signature);
    CHECK(size.error() == errc::credential_unavailable);
    CHECK(size.error().stage == so::stage::credential);
    CHECK(size.error().native < 0);
}

#endif
