// Fuzz target: a TLS session's bytes from an untrusted storage, and the text of a key pin.
// SPDX-License-Identifier: BSL-1.0
#include "fuzzing.hpp"

#include <superoffice/transport/tls/detail/tls_session.hpp>
#include <superoffice/transport/tls/key_pin.hpp>

#include <string>

namespace so = superoffice;
using fuzzing::exact_memory;
using so::detail::tls_session;

namespace {

constexpr std::uint8_t trust[32] = {1, 2, 3}, other_trust[32] = {1, 2, 4};

std::span<std::byte> bytes_of(const exact_memory& memory) {
    return {reinterpret_cast<std::byte*>(memory.data()), memory.size()};
}

std::string hash_of(std::string_view bytes) {
    so::detail::sha256 hash;
    std::uint8_t made[tls_session::hash_bytes];
    hash.add(trust, sizeof trust);
    hash.add(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    MUST(hash.finish(made));
    return {reinterpret_cast<const char*>(made), sizeof made};
}

/// What mbedTLS writes of a session that never was: its bytes begin like those of any other.
std::string blank_session() {
    mbedtls_ssl_session none;
    mbedtls_ssl_session_init(&none);
    unsigned char bytes[2048];
    std::size_t size = 0;
    if (mbedtls_ssl_session_save(&none, bytes, sizeof bytes, &size) != 0) size = 0;
    mbedtls_ssl_session_free(&none);
    return {reinterpret_cast<const char*>(bytes), size};
}

/// Bytes whose hash is right, so that they get to mbedTLS: what is taken is there, and can be saved and taken again.
void take(std::string bytes, std::size_t flip) {
    bytes += hash_of(bytes);
    const exact_memory stored(bytes);
    tls_session session;
    MUST(!session.load(bytes_of(stored), other_trust) && !session.is_there());
    const bool is_taken = session.load(bytes_of(stored), trust);
    MUST(session.is_there() == is_taken);
    if (!is_taken) return;

    const exact_memory room(std::size_t{4096 + 2048});
    const std::size_t size = session.save(bytes_of(room), trust);
    MUST(size != 0);
    tls_session again;
    MUST(again.load(bytes_of(room).first(size), trust) && again.valid_until() == session.valid_until());
    const exact_memory less(size - 1);
    MUST(session.save(bytes_of(less), trust) == 0);
    room.data()[flip % size] = static_cast<char>(room.data()[flip % size] ^ 1);
    MUST(!again.load(bytes_of(room).first(size), trust) && !again.is_there());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const bool is_begun = so::detail::mbedtls_api::begin_psa() == 0;
    static const std::string blank = blank_session();
    MUST(is_begun);
    fuzzing::input in{data, size};
    const std::size_t flip = in.number() * 256 + in.number(), known = in.number();
    const exact_memory text(in.rest());

    so::key_pin pin;
    if (so::parse_key_pin(text.text(), pin)) MUST(text.size() == 44 || text.size() == 52);

    tls_session session;
    MUST(!session.load(bytes_of(text), trust) ||
         text.text().ends_with(hash_of(text.text().substr(0, text.size() - 32))));
    // The format, the time until when it is valid, and the session: as it comes, or with the first bytes of a real one.
    take('\1' + std::string{text.text()}, flip);
    take(std::string("\1\0\0\0\0\1\2\3\4", 9) + blank.substr(0, known) + std::string{text.text()}, flip);
    return 0;
}
