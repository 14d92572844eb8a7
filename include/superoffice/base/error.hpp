// superoffice/base/error.hpp - the error of a call: its code, how far the call came, and where it stopped.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BASE_ERROR_HPP
#define SUPEROFFICE_BASE_ERROR_HPP

#include <superoffice/base/errc.hpp>

#include <cstddef>
#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// What stopped a call, how far it had come, and where. 16 bytes, no text inside, freely copied.
///
/// Read `native`, `offset` and `member` through the functions below: what they mean depends on the code. Each function
/// answers 0 (`position()`: `no_position`) where the error has no such thing.
struct error {
    superoffice::stage stage = superoffice::stage::none;
    errc code = errc::ok;
    std::uint16_t http_status = 0;  ///< 0 while no status line was seen
    std::int32_t native = 0;        ///< the code of whatever failed, unchanged; or a proxy's status, an alert, faults
    std::uint32_t offset = 0;       ///< a position, or a number of bytes
    std::uint16_t member = 0;       ///< the number of a member, or of a request header, counted from 1
    bool from_http_stack = false;   ///< an HTTP stack of your own reported it: `native` is that stack's code
    std::uint8_t reserved = 0;

    /// The answer of `position()` for an error that is not about a certain byte.
    static constexpr std::size_t no_position = SIZE_MAX;

    /// Bytes that would have been enough, for `memory_too_small`, `reply_too_large` and `document_too_large`. The
    /// largest number, 2^32 - 1, also stands for every larger one.
    /// A lower bound for `reply_too_large` where the reply did not say its size and its end was not seen, because it ended
    /// early or went on beyond `max_counted_bytes`. `head_too_large` has none, since nobody knows what follows such a head:
    /// try twice the memory.
    [[nodiscard]] constexpr std::size_t needed() const noexcept {
        const bool sized =
            code == errc::memory_too_small || code == errc::reply_too_large || code == errc::document_too_large;
        return sized ? offset : 0;
    }

    /// The byte at fault, counted from 0: in the document (stage decode), in the reply (stage http), or in the base URL, the
    /// `$select`, or the header that was given.
    [[nodiscard]] constexpr std::size_t position() const noexcept {
        if (detail::error_offsets[code] != detail::offset_meaning::position) return no_position;
        if (code == errc::bad_header_value && member == 0) return no_position;  // a proxy's header
        const bool of_reply = stage == superoffice::stage::http && !from_http_stack;
        const bool of_argument = stage == superoffice::stage::request || stage == superoffice::stage::credential;
        return of_reply || of_argument || stage == superoffice::stage::decode ? offset : no_position;
    }

    /// Bytes of the reply that had come before it ended too early (`connection_closed`) or filled the memory with its head
    /// (`head_too_large`).
    [[nodiscard]] constexpr std::size_t received() const noexcept {
        return detail::error_offsets[code] == detail::offset_meaning::received ? offset : 0;
    }

    /// The member of the described struct at fault, counted from 1. `member_name<Info>` has its name.
    [[nodiscard]] constexpr unsigned member_number() const noexcept {
        return stage == superoffice::stage::decode ? member : 0;
    }

    /// The request header at fault, counted from 1: `header_name` has its name. At stage credential, the number among the
    /// headers that the credential adds.
    [[nodiscard]] constexpr unsigned header_number() const noexcept {
        return code == errc::bad_header_value ? member : 0;
    }

    /// The system's code: errno, or WSAGetLastError on Windows. A link of your own may give any positive code.
    [[nodiscard]] constexpr std::int32_t system_code() const noexcept {
        using enum detail::native_meaning;
        const bool other = detail::has_native<lookup>(code) || detail::has_native<proxy>(code) ||
                           detail::has_native<faults>(code) || detail::has_native<alert>(code) ||
                           detail::has_native<fault>(code);
        return native > 0 && !other && !from_http_stack ? native : 0;
    }

    /// The code of the name lookup: getaddrinfo's, or c-ares's with `cares_resolver`.
    [[nodiscard]] constexpr std::int32_t lookup_code() const noexcept {
        return detail::has_native<detail::native_meaning::lookup>(code) && !from_http_stack ? native : 0;
    }

    /// The HTTP status with which a proxy refused.
    [[nodiscard]] constexpr std::uint16_t proxy_status() const noexcept {
        const bool applies = detail::has_native<detail::native_meaning::proxy>(code) && native >= 100 && native <= 999;
        return applies ? static_cast<std::uint16_t>(native) : std::uint16_t{0};
    }

    /// The number of the TLS alert that the server sent (RFC 8446 section 6): `tls_refusal` has its name.
    [[nodiscard]] constexpr std::uint8_t tls_alert() const noexcept {
        const bool applies = detail::has_native<detail::native_meaning::alert>(code) && native > 0 && native <= 255;
        return applies && !from_http_stack ? static_cast<std::uint8_t>(native) : std::uint8_t{0};
    }

    /// All faults of the server's certificate, mbedTLS's MBEDTLS_X509_BADCERT_ bits: `tls_refusal` puts them into words.
    [[nodiscard]] constexpr std::uint32_t certificate_faults() const noexcept {
        const bool applies = detail::has_native<detail::native_meaning::faults>(code) && native > 0;
        return applies && !from_http_stack ? static_cast<std::uint32_t>(native) : 0;
    }

    /// The code of the TLS library; mbedTLS's are negative.
    [[nodiscard]] constexpr std::int32_t tls_library_code() const noexcept {
        return native < 0 && !detail::has_native<detail::native_meaning::lookup>(code) && !from_http_stack ? native : 0;
    }

    /// The code of an HTTP stack of your own, which reported the error.
    [[nodiscard]] constexpr std::int32_t http_stack_code() const noexcept {
        return from_http_stack && proxy_status() == 0 ? native : 0;
    }

    friend constexpr bool operator==(const error&, const error&) noexcept = default;
    friend constexpr bool operator==(const error& e, errc what) noexcept { return e.code == what; }
};
static_assert(sizeof(error) == 16);

namespace detail {

/// A position or size as an error holds it: the largest 32-bit number stands for every larger one.
constexpr std::uint32_t as_offset(std::size_t n) noexcept {
    return static_cast<std::uint32_t>(n < UINT32_MAX ? n : UINT32_MAX);
}

/// An error of stage request, before anything was sent; no error for `ok`. Not inlined, because it is called in many places.
[[gnu::noinline]] constexpr error refused_request(errc code, std::size_t offset, std::uint16_t member = 0) noexcept {
    error e;
    if (code == errc::ok) return e;
    e.stage = stage::request;
    e.code = code;
    e.offset = as_offset(offset);
    e.member = member;
    return e;
}

}  // namespace detail

/// One English sentence without a full stop, for a person. A constant that lives for ever. A header of the credential has a
/// sentence of its own; for other headers `header_name` has the name.
[[nodiscard]] constexpr const char* message(const error& e) noexcept {
    if (e.code == errc::bad_header_value && e.stage == stage::credential)
        return "the credential contains a line break or another forbidden character, or is too long";
    return message(e.code);
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
