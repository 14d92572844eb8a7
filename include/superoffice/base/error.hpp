// superoffice/base/error.hpp - how far a call came, what stopped it, and what to tell a person.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BASE_ERROR_HPP
#define SUPEROFFICE_BASE_ERROR_HPP

#include <superoffice/base/config.hpp>

#include <cstddef>
#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// How far the call had come.
enum class stage : std::uint8_t {
    none,        ///< no stage of a call: cancelled, a watch's own deadline, `keep`, `json_text::copy`
    request,     ///< checking the arguments and writing the request; nothing was sent
    credential,  ///< asking the credential source, and checking what it adds to the request; nothing was sent
    resolve,     ///< looking up the peer's name
    connect,     ///< opening the connection
    handshake,   ///< TLS
    transmit,    ///< sending the request
    receive,     ///< waiting for the reply or taking it in
    http,        ///< reading the reply's head and framing
    decode,      ///< reading the reply's document
    service,     ///< the reply was understood, and it says no
};

/// What stopped it. Each has one row in `detail::error_table` and one in the README.
enum class errc : std::uint8_t {
    ok,
    // the call itself
    busy,
    cancelled,
    deadline_exceeded,
    // what the caller handed over
    bad_base_url,
    bad_header_value,
    bad_select,
    credential_missing,
    credential_unavailable,
    memory_too_small,
    insecure_link,
    // the link
    name_not_found,
    name_lookup_failed,
    connection_refused,
    peer_unreachable,
    connection_reset,
    connection_closed,
    link_failed,
    // a proxy
    proxy_unauthorized,
    proxy_refused,
    proxy_failed,
    // TLS
    no_authorities,
    bad_authorities,
    no_clock,
    no_entropy,
    address_not_verifiable,
    certificate_expired,
    certificate_not_yet_valid,
    certificate_self_signed,
    certificate_wrong_name,
    certificate_unknown_authority,
    certificate_not_pinned,
    certificate_refused,
    bad_client_certificate,
    client_certificate_refused,
    wrong_application_protocol,
    tls_version_refused,
    handshake_failed,
    alert_received,
    truncated_close,
    // HTTP
    bad_http,
    head_too_large,
    reply_too_large,
    unsupported_transfer_coding,
    unsupported_content_coding,
    unsupported_content_type,
    // the document
    empty_document,
    null_document,
    bad_json,
    bad_xml,
    bad_utf8,
    bad_string,
    bad_number,
    too_deep,
    wrong_kind,
    out_of_range,
    text_too_long,
    unknown_enumerator,
    bad_date,
    document_too_large,
    // the service
    no_such_task,
    service_fault,
    bad_request,
    unauthorized,
    forbidden,
    not_found,
    tenant_moved,
    throttled,
    unavailable,
    redirected,
    unexpected_status,
    not_json,
    count_  ///< not an error: how many there are
};

/// What stopped a call, how far it had come, and where. 16 bytes, no text inside, freely copied.
struct error {
    superoffice::stage stage = superoffice::stage::none;
    errc code = errc::ok;
    std::uint16_t http_status = 0;  ///< 0 while no status line was seen
    /// Unchanged: errno or WSAGetLastError, getaddrinfo's or c-ares's code, mbedTLS's (negative), a stack's own; of TLS, if
    /// positive, a certificate's faults or the server's alert: see `tls`; a proxy's status. Else 0.
    std::int32_t native = 0;
    std::uint32_t offset = 0;  ///< byte in the document, the head or the argument at fault; see also `needed()`
    std::uint16_t member = 0;  ///< which member of the described struct, counted from 1: see `member_name<Info>`; with
                               ///< `bad_header_value` which header: see `header_name`
    std::uint16_t reserved = 0;

    /// Bytes that would have been enough, for `memory_too_small`, `reply_too_large` and `document_too_large`; else 0. The
    /// largest number, 2^32 - 1, stands for all above it, too.
    /// A lower bound for `reply_too_large` where the reply did not say its size and its end was not seen: it ended early,
    /// or went on beyond `max_counted_bytes`. `head_too_large` has none, since nobody knows what follows such a head: try
    /// with twice the memory.
    [[nodiscard]] constexpr std::size_t needed() const noexcept {
        const bool sized =
            code == errc::memory_too_small || code == errc::reply_too_large || code == errc::document_too_large;
        return sized ? offset : 0;
    }

    friend constexpr bool operator==(const error&, const error&) noexcept = default;
    friend constexpr bool operator==(const error& e, errc what) noexcept { return e.code == what; }
};
static_assert(sizeof(error) == 16);

namespace detail {

/// An error's offset, or size: what 32 bits do not hold is cut to the largest number that they do.
constexpr std::uint32_t as_offset(std::size_t n) noexcept {
    return static_cast<std::uint32_t>(n < UINT32_MAX ? n : UINT32_MAX);
}

/// What stops a request before anything was sent; nothing at all for `ok`. One function, since many places end so.
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

/// Who can do something about an error.
enum class remedy : std::uint8_t {
    program,        ///< whoever wrote the program
    user,           ///< whoever runs it: another id, credential or address
    administrator,  ///< whoever runs the server or the network
    wait,           ///< time
};

namespace detail {

struct error_row {
    const char* name;
    const char* text;
    remedy who;
    bool repeatable;  ///< the same call may succeed later without anybody changing anything
};

inline constexpr error_row error_table[] = {
    {"ok", "no error", remedy::program, false},
    {"busy", "another call is running on this client", remedy::program, true},
    {"cancelled", "the call was cancelled", remedy::program, true},
    {"deadline_exceeded", "the deadline passed", remedy::wait, true},
    {"bad_base_url", "the base URL cannot be used", remedy::user, false},
    {"bad_header_value", "a text that would become a header holds a forbidden character or is too long",
     remedy::program, false},
    {"bad_select", "the text given as $select holds a forbidden character", remedy::program, false},
    {"credential_missing", "no credential was given", remedy::user, false},
    {"credential_unavailable", "the credential source has no credential to give", remedy::user, true},
    {"memory_too_small", "the memory given is too small for what goes into it", remedy::program, false},
    {"insecure_link", "the base URL says https, but the link is not secure: nothing was sent", remedy::program, false},
    {"name_not_found", "the host name is unknown", remedy::user, false},
    {"name_lookup_failed", "the host name could not be looked up", remedy::wait, true},
    {"connection_refused", "the peer refused the connection", remedy::wait, true},
    {"peer_unreachable", "the peer cannot be reached", remedy::wait, true},
    {"connection_reset", "the peer reset the connection", remedy::wait, true},
    {"connection_closed", "the peer closed the connection before the reply was whole", remedy::wait, true},
    {"link_failed", "the link failed", remedy::wait, true},
    {"proxy_unauthorized", "the proxy wants a credential, or another one", remedy::user, false},
    {"proxy_refused", "the proxy refused to go on to the peer", remedy::administrator, false},
    {"proxy_failed", "the proxy could not go on to the peer", remedy::wait, true},
    {"no_authorities", "no file with certificate authorities was found", remedy::user, false},
    {"bad_authorities", "the certificate authorities given cannot be read", remedy::user, false},
    {"no_clock", "certificate dates cannot be checked: there is no clock", remedy::program, false},
    {"no_entropy", "the random number generator could not be seeded", remedy::program, true},
    {"address_not_verifiable", "this TLS library cannot check a certificate against an IP address", remedy::user,
     false},
    {"certificate_expired", "the server's certificate has expired", remedy::administrator, false},
    {"certificate_not_yet_valid", "the server's certificate is not valid yet", remedy::administrator, false},
    {"certificate_self_signed", "the server's certificate is self-signed", remedy::administrator, false},
    {"certificate_wrong_name", "the server's certificate is for another name", remedy::administrator, false},
    {"certificate_unknown_authority", "the server's certificate is from an unknown authority", remedy::administrator,
     false},
    {"certificate_not_pinned", "the server shows none of the pinned keys", remedy::administrator, false},
    {"certificate_refused", "the server's certificate was refused", remedy::administrator, false},
    {"bad_client_certificate", "the client's certificate or its key cannot be read, or they do not belong together",
     remedy::user, false},
    {"client_certificate_refused", "the server refused the client's certificate, or wants one", remedy::user, false},
    {"wrong_application_protocol", "the server does not speak HTTP/1.1 over TLS (ALPN)", remedy::administrator, false},
    {"tls_version_refused", "the server speaks no version of TLS that was offered", remedy::administrator, false},
    {"handshake_failed", "the TLS handshake failed", remedy::administrator, true},
    {"alert_received", "the server ended the TLS connection with an alert", remedy::wait, true},
    {"truncated_close", "the TLS connection ended without close_notify", remedy::wait, true},
    {"bad_http", "the reply is not well-formed HTTP/1.1", remedy::administrator, false},
    {"head_too_large", "the reply's head does not fit into the memory", remedy::program, false},
    {"reply_too_large", "the reply does not fit into the memory", remedy::program, false},
    {"unsupported_transfer_coding", "the reply uses a transfer coding other than chunked", remedy::administrator,
     false},
    {"unsupported_content_coding", "the reply is compressed although that was not asked for", remedy::administrator,
     false},
    {"unsupported_content_type", "the reply is of a type that this build cannot read", remedy::administrator, false},
    {"empty_document", "the reply is empty", remedy::wait, true},
    {"null_document", "the document is null", remedy::program, false},
    {"bad_json", "the document is not well-formed JSON", remedy::administrator, false},
    {"bad_xml", "the document is not well-formed XML", remedy::administrator, false},
    {"bad_utf8", "the document is not valid UTF-8", remedy::administrator, false},
    {"bad_string", "a string holds a control character or a bad escape", remedy::administrator, false},
    {"bad_number", "a number is not well-formed", remedy::administrator, false},
    {"too_deep", "the document is nested too deeply", remedy::administrator, false},
    {"wrong_kind", "a value is of the wrong kind", remedy::program, false},
    {"out_of_range", "a number does not fit its member", remedy::program, false},
    {"text_too_long", "a text does not fit its member", remedy::program, false},
    {"unknown_enumerator", "a plain enum met a text it does not know", remedy::program, false},
    {"bad_date", "a text is not a date", remedy::administrator, false},
    {"document_too_large", "the document is larger than the reader was made for", remedy::program, false},
    {"no_such_task", "no such task", remedy::user, false},
    {"service_fault", "the service answered with an error object", remedy::user, false},
    {"bad_request", "the service found the request malformed (400)", remedy::program, false},
    {"unauthorized", "the credential is missing, wrong or expired (401)", remedy::user, false},
    {"forbidden", "the credential does not allow this call (403)", remedy::user, false},
    {"not_found", "there is nothing at this address (404): check the base URL", remedy::user, false},
    {"tenant_moved", "the tenant lives on another host (421)", remedy::user, false},
    {"throttled", "too many calls (429)", remedy::wait, true},
    {"unavailable", "the service is not available now", remedy::wait, true},
    {"redirected", "the server redirects to another address; redirects are not followed", remedy::user, false},
    {"unexpected_status", "the server answered with an unexpected status", remedy::administrator, false},
    {"not_json", "the reply is not JSON", remedy::administrator, false},
};
static_assert(sizeof(error_table) / sizeof(error_table[0]) == static_cast<std::size_t>(errc::count_));

// The columns by themselves: a program that asks for one of them does not carry the others.

template <class T>
struct error_column {
    T rows[static_cast<std::size_t>(errc::count_)];
    constexpr const T& operator[](errc code) const noexcept {
        return rows[code < errc::count_ ? static_cast<std::size_t>(code) : 0];
    }
};
template <class T>
consteval error_column<T> column_of(T error_row::* column) {
    error_column<T> made{};
    std::size_t n = 0;
    for (const error_row& row : error_table) made.rows[n++] = row.*column;
    return made;
}
inline constexpr auto error_names = column_of(&error_row::name);
inline constexpr auto error_texts = column_of(&error_row::text);
inline constexpr auto error_remedies = column_of(&error_row::who);
inline constexpr auto error_repeats = column_of(&error_row::repeatable);

inline constexpr const char* remedy_names[] = {"program", "user", "administrator", "wait"};

inline constexpr const char* stage_names[] = {"none",     "request", "credential", "resolve", "connect", "handshake",
                                              "transmit", "receive", "http",       "decode",  "service"};

}  // namespace detail

/// One English sentence, without a full stop, for a person. A constant; lives for ever. Costs a table look-up.
[[nodiscard]] constexpr const char* message(errc code) noexcept { return detail::error_texts[code]; }
[[nodiscard]] constexpr const char* message(const error& e) noexcept { return message(e.code); }

/// The enumerator's own spelling, for logs: "certificate_expired", "handshake".
[[nodiscard]] constexpr const char* name(errc code) noexcept { return detail::error_names[code]; }
[[nodiscard]] constexpr const char* name(stage at) noexcept {
    return detail::stage_names[at <= stage::service ? static_cast<std::size_t>(at) : 0];
}

/// Who can do something about it.
[[nodiscard]] constexpr remedy remedy_of(errc code) noexcept { return detail::error_remedies[code]; }
[[nodiscard]] constexpr const char* name(remedy who) noexcept {
    return detail::remedy_names[who <= remedy::wait ? static_cast<std::size_t>(who) : 0];
}

/// True where the same call may succeed later although nobody changed anything: what a watcher asks again after.
[[nodiscard]] constexpr bool is_repeatable(errc code) noexcept { return detail::error_repeats[code]; }

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
