// superoffice/base/errc.hpp - every error code: its name, its sentence, who can act, and whether the call may be repeated.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BASE_ERRC_HPP
#define SUPEROFFICE_BASE_ERRC_HPP

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
    receive,     ///< waiting for the reply or receiving it
    http,        ///< reading the reply's head and framing
    decode,      ///< reading the reply's document
    service,     ///< the reply was understood, and it says no
};

/// Who can do something about an error.
enum class remedy : std::uint8_t {
    program,        ///< the programmer
    user,           ///< the person who runs the program: another id, credential or address
    administrator,  ///< the administrator of the server or of the network
    wait,           ///< nobody has to: it may pass by itself
};

namespace detail {

/// `again`: the same call may succeed later although nobody changed anything. `once`: it would fail again.
enum class repeat : bool { once, again };

/// What a positive `error::native` of this code is: a code of the system, the code of a name lookup, a proxy's HTTP status,
/// the faults of a certificate, the server's TLS alert, or the number of a fault that has a sentence of its own. A negative
/// one is a code of the TLS library or of a name lookup.
enum class native_meaning : std::uint8_t { system, lookup, proxy, faults, alert, fault };

/// What `error::offset` of this code is: the byte at fault, the bytes of memory that are needed, or the bytes that came.
enum class offset_meaning : std::uint8_t { none, position, needed, received };

}  // namespace detail

// The one list of errors. To add one, add its row here: the enumerator, the texts and the tables are made from it.
//
// ROW(enumerator, who can act, may the call be repeated, what `native` is, what `offset` is, sentence)
//
// clang-format off
#define SUPEROFFICE_ERRORS(ROW)                                                                                        \
    ROW(ok, program, once, system, none, "no error")                                                                   \
    /* the call itself */                                                                                              \
    ROW(busy, program, again, system, none, "another call is running on this client")                                  \
    ROW(cancelled, program, again, system, none, "the call was cancelled")                                             \
    ROW(deadline_exceeded, wait, again, system, none, "the deadline passed")                                           \
    ROW(outcome_unknown, user, once, system, none,                                                                     \
        "no reply came: it is unknown whether the service carried out the call")                                       \
    /* the arguments */                                                                                                \
    ROW(bad_base_url, user, once, fault, position, "the base URL cannot be used")                                     \
    ROW(bad_header_value, program, once, fault, position,                                                             \
        "a request header contains a line break or another forbidden character, or is too long")                       \
    ROW(bad_select, program, once, system, position, "the text given as $select contains a forbidden character")       \
    ROW(credential_missing, user, once, system, none, "no credential was given")                                       \
    ROW(credential_unavailable, user, again, system, none, "the credential source has no credential to give")          \
    ROW(memory_too_small, program, once, system, needed, "the memory given is too small")                              \
    ROW(insecure_link, program, once, system, none,                                                                    \
        "the link does not protect the credential: nothing was sent")                                                  \
    /* the link */                                                                                                     \
    ROW(name_not_found, user, once, lookup, none, "the host name is unknown")                                          \
    ROW(name_lookup_failed, wait, again, lookup, none, "the host name could not be looked up")                         \
    ROW(connection_refused, wait, again, system, none, "the peer refused the connection")                              \
    ROW(peer_unreachable, wait, again, system, none, "the peer cannot be reached")                                     \
    ROW(connection_reset, wait, again, system, none, "the peer reset the connection")                                  \
    ROW(connection_closed, wait, again, system, received,                                                              \
        "the peer closed the connection before the reply was complete")                                                \
    ROW(link_failed, wait, again, system, none, "the link failed")                                                     \
    ROW(script_mismatch, program, once, system, none, "the call differs from the script: see first_mismatch()")        \
    /* a proxy */                                                                                                      \
    ROW(proxy_unauthorized, user, once, proxy, none, "the proxy wants a credential, or a different one")               \
    ROW(proxy_refused, administrator, once, proxy, none, "the proxy refused to connect to the peer")                   \
    ROW(proxy_failed, wait, again, proxy, none, "the proxy could not connect to the peer")                             \
    /* TLS */                                                                                                          \
    ROW(no_authorities, user, once, system, none, "no certificate authorities were found")                              \
    ROW(bad_authorities, user, once, system, position,                                                                 \
        "the certificate authorities given cannot be read")                                                            \
    ROW(bad_tls_options, program, once, system, none,                                                                  \
        "the TLS options want authorities that are not loaded, from two places, or a pin that is not given")           \
    ROW(no_clock, program, once, system, none, "certificate dates cannot be checked: there is no clock")               \
    ROW(no_entropy, program, again, system, none, "the random number generator could not be seeded")                   \
    ROW(address_not_verifiable, user, once, system, none,                                                              \
        "this TLS library cannot check a certificate against an IP address")                                           \
    ROW(certificate_expired, administrator, once, faults, none, "the server's certificate has expired")                \
    ROW(certificate_not_yet_valid, administrator, once, faults, none, "the server's certificate is not valid yet")     \
    ROW(certificate_self_signed, administrator, once, faults, none, "the server's certificate is self-signed")         \
    ROW(certificate_wrong_name, administrator, once, faults, none, "the server's certificate is for another name")     \
    ROW(certificate_unknown_authority, administrator, once, faults, none,                                              \
        "the server's certificate is from an unknown authority")                                                       \
    ROW(certificate_not_pinned, administrator, once, faults, none, "the server shows none of the pinned keys")         \
    ROW(certificate_refused, administrator, once, faults, none, "the server's certificate was refused")                \
    ROW(bad_client_certificate, user, once, system, none,                                                              \
        "the client's certificate or its key cannot be read, or they do not belong together")                          \
    ROW(not_tls, user, once, system, none, "the server does not speak TLS at this port: check the base URL")           \
    ROW(client_certificate_refused, user, once, alert, none,                                                           \
        "the server refused the client's certificate, or wants one")                                                   \
    ROW(wrong_application_protocol, administrator, once, alert, none,                                                  \
        "the server does not speak HTTP/1.1 over TLS (ALPN)")                                                          \
    ROW(tls_version_refused, administrator, once, alert, none,                                                         \
        "the server speaks no version of TLS that was offered")                                                        \
    ROW(renegotiation_refused, administrator, once, alert, none,                                                       \
        "the server wants to renegotiate TLS (for a client certificate?), which is not supported")                     \
    ROW(handshake_failed, administrator, again, alert, none, "the TLS handshake failed")                               \
    ROW(alert_received, wait, again, alert, none, "the server ended the TLS connection with an alert")                 \
    ROW(truncated_close, wait, again, system, none, "the TLS connection ended without close_notify")                   \
    /* HTTP */                                                                                                         \
    ROW(bad_http, administrator, once, system, position, "the reply is not well-formed HTTP/1.1")                      \
    ROW(http_limit_exceeded, administrator, once, system, position,                                                    \
        "the reply has more than 128 header lines, 8 interim replies, or 4096 bytes of chunk extensions or trailers")  \
    ROW(head_too_large, program, once, system, received, "the head of the reply does not fit into the memory")         \
    ROW(reply_too_large, program, once, system, needed, "the reply does not fit into the memory")                      \
    ROW(unsupported_transfer_coding, administrator, once, system, position,                                            \
        "the reply uses a transfer coding other than chunked")                                                         \
    ROW(unsupported_content_coding, administrator, once, system, position,                                             \
        "the reply is compressed although that was not asked for")                                                     \
    ROW(unsupported_content_type, administrator, once, system, none,                                                   \
        "the reply is of a type that this build cannot read")                                                          \
    /* the document */                                                                                                 \
    ROW(empty_document, wait, again, system, position, "the reply is empty")                                           \
    ROW(null_document, program, once, system, position,                                                                \
        "there is no value: the document is null, or the reply is empty (204)")                                        \
    ROW(bad_json, administrator, once, system, position, "the document is not well-formed JSON")                       \
    ROW(bad_xml, administrator, once, system, position, "the document is not well-formed XML")                         \
    ROW(bad_utf8, administrator, once, system, position, "the document is not valid UTF-8")                            \
    ROW(bad_string, administrator, once, system, position, "a string contains a control character or a bad escape")    \
    ROW(bad_number, administrator, once, system, position, "a number is not well-formed")                              \
    ROW(too_deep, administrator, once, system, position, "the document is nested too deeply")                          \
    ROW(wrong_kind, program, once, system, position, "a value is of the wrong kind")                                   \
    ROW(out_of_range, program, once, system, position, "a number does not fit its member")                             \
    ROW(text_too_long, program, once, system, position, "a text does not fit its member")                              \
    ROW(unknown_enumerator, program, once, system, position, "a plain enum has no enumerator for this text")           \
    ROW(bad_date, administrator, once, system, position, "a text is not a date")                                       \
    ROW(document_too_large, program, once, system, needed, "the document is larger than the reader was made for")      \
    /* the service */                                                                                                  \
    ROW(no_such_task, user, once, system, none, "no such task")                                                        \
    ROW(service_fault, user, once, system, none, "the service answered with an error object")                          \
    ROW(bad_request, program, once, system, none, "the service found the request malformed (400)")                     \
    ROW(unauthorized, user, once, system, none, "the credential is missing, wrong or expired (401)")                   \
    ROW(forbidden, user, once, system, none, "the credential does not allow this call (403)")                          \
    ROW(not_found, user, once, system, none, "there is nothing at this address (404): check the base URL")             \
    ROW(tenant_moved, user, once, system, none, "the tenant lives on another host (421)")                              \
    ROW(throttled, wait, again, system, none, "too many calls (429)")                                                  \
    ROW(unavailable, wait, again, system, none, "the service is not available now")                                    \
    ROW(redirected, user, once, system, none, "the server redirects to another address; redirects are not followed")   \
    ROW(unexpected_status, administrator, once, system, none, "the server answered with an unexpected status")         \
    ROW(not_json, administrator, once, system, position, "the reply is not JSON")                                      \
    ROW(foreign_document, administrator, once, system, none,                                                           \
        "the reply is an object, but has none of the properties that were asked for")                                  \
    ROW(file_as_base64, administrator, once, system, position, "the file came as base64 text in JSON, not as bytes")
// clang-format on

/// What stopped a call: the code of an `error`. Its sentence is `message(code)`; `remedy_of(code)` says who can act, and
/// `is_repeatable(code)` whether the same call may succeed later.
enum class errc : std::uint8_t {
#define SUPEROFFICE_ROW(code, who, repeated, native, offset, sentence) code,
    SUPEROFFICE_ERRORS(SUPEROFFICE_ROW)
#undef SUPEROFFICE_ROW
        count_  ///< not an error: how many there are
};

namespace detail {

/// One column of the list. Each column is an object of its own, so a program that asks for one does not carry the others.
template <class T>
struct error_column {
    T rows[static_cast<std::size_t>(errc::count_)];
    /// A number that is no code reads as `ok`.
    constexpr const T& operator[](errc code) const noexcept {
        return rows[code < errc::count_ ? static_cast<std::size_t>(code) : 0];
    }
};

// The texts of a column are one string, with a NUL behind each text: a pointer to each text would take another 316 bytes
// on a 32-bit machine.
#define SUPEROFFICE_ROW(code, who, repeated, native, offset, sentence) #code "\0"
inline constexpr char error_names[] = SUPEROFFICE_ERRORS(SUPEROFFICE_ROW);
#undef SUPEROFFICE_ROW
#define SUPEROFFICE_ROW(code, who, repeated, native, offset, sentence) sentence "\0"
inline constexpr char error_texts[] = SUPEROFFICE_ERRORS(SUPEROFFICE_ROW);
#undef SUPEROFFICE_ROW

/// The text with the number `at`; the first text for a number above `last`.
template <class Number>
constexpr const char* text_at(const char* texts, Number at, Number last) noexcept {
    for (std::size_t n = at <= last ? static_cast<std::size_t>(at) : 0; n != 0; --n)
        while (*texts++ != 0) {
        }
    return texts;
}
constexpr const char* text_at(const char* texts, errc code) noexcept {
    return text_at(texts, code, static_cast<errc>(static_cast<std::size_t>(errc::count_) - 1));
}
inline constexpr error_column<remedy> error_remedies{{
#define SUPEROFFICE_ROW(code, who, repeated, native, offset, sentence) remedy::who,
    SUPEROFFICE_ERRORS(SUPEROFFICE_ROW)
#undef SUPEROFFICE_ROW
}};
inline constexpr error_column<bool> error_repeats{{
#define SUPEROFFICE_ROW(code, who, repeated, native, offset, sentence) repeat::repeated == repeat::again,
    SUPEROFFICE_ERRORS(SUPEROFFICE_ROW)
#undef SUPEROFFICE_ROW
}};
inline constexpr error_column<native_meaning> error_natives{{
#define SUPEROFFICE_ROW(code, who, repeated, native, offset, sentence) native_meaning::native,
    SUPEROFFICE_ERRORS(SUPEROFFICE_ROW)
#undef SUPEROFFICE_ROW
}};
inline constexpr error_column<offset_meaning> error_offsets{{
#define SUPEROFFICE_ROW(code, who, repeated, native, offset, sentence) offset_meaning::offset,
    SUPEROFFICE_ERRORS(SUPEROFFICE_ROW)
#undef SUPEROFFICE_ROW
}};
#undef SUPEROFFICE_ERRORS

/// The codes whose `native` has this meaning. They stand side by side in the list.
struct errc_range {
    errc first = errc::count_;
    errc last = errc::ok;
    std::size_t size = 0;

    constexpr explicit errc_range(native_meaning what) noexcept {
        for (std::size_t n = 0; n < static_cast<std::size_t>(errc::count_); ++n) {
            if (error_natives.rows[n] != what) continue;
            if (size++ == 0) first = static_cast<errc>(n);
            last = static_cast<errc>(n);
        }
    }
};

/// Whether `native` of this code has that meaning. It takes two comparisons, so no program contains the column.
template <native_meaning What>
constexpr bool has_native(errc code) noexcept {
    constexpr errc_range range{What};
    static_assert(static_cast<std::size_t>(range.last) - static_cast<std::size_t>(range.first) + 1 == range.size,
                  "superoffice: rows of SUPEROFFICE_ERRORS with the same meaning of native must stand side by side");
    return code >= range.first && code <= range.last;
}

inline constexpr const char* remedy_names[] = {"program", "user", "administrator", "wait"};

inline constexpr char stage_names[] =
    "none\0request\0credential\0resolve\0connect\0handshake\0transmit\0receive\0http\0decode\0service\0";
inline constexpr char stage_texts[] =
    "the call was not made, or was given up\0"
    "the request cannot be made\0"
    "there is no credential for the request\0"
    "the server's name was not found\0"
    "the server was not reached\0"
    "no secure connection to the server was made\0"
    "the request was not sent\0"
    "no reply came\0"
    "the reply was not received\0"
    "the reply was not understood\0"
    "the service refuses the call\0";

}  // namespace detail

/// One English sentence without a full stop, for a person. A constant that lives for ever.
[[nodiscard]] constexpr const char* message(errc code) noexcept { return detail::text_at(detail::error_texts, code); }

/// One sentence about how far the call had come. For programs that have no room for the sentences about the codes, which
/// take some kilobytes: show `message(e.stage)` to the person, and log `name(e.code)` or its number.
[[nodiscard]] constexpr const char* message(stage at) noexcept {
    return detail::text_at(detail::stage_texts, at, stage::service);
}

/// The enumerator as it is spelled, for logs: "certificate_expired", "handshake", "administrator".
[[nodiscard]] constexpr const char* name(errc code) noexcept { return detail::text_at(detail::error_names, code); }
[[nodiscard]] constexpr const char* name(stage at) noexcept {
    return detail::text_at(detail::stage_names, at, stage::service);
}
[[nodiscard]] constexpr const char* name(remedy who) noexcept {
    return detail::remedy_names[who <= remedy::wait ? static_cast<std::size_t>(who) : 0];
}

/// Who can do something about it.
[[nodiscard]] constexpr remedy remedy_of(errc code) noexcept { return detail::error_remedies[code]; }

/// True where the same call may succeed later although nobody changed anything. A watch asks again after such an error.
[[nodiscard]] constexpr bool is_repeatable(errc code) noexcept { return detail::error_repeats[code]; }

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
