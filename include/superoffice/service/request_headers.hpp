// superoffice/service/request_headers.hpp - the headers that a program may add to a request, and which one an error means.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SERVICE_REQUEST_HEADERS_HPP
#define SUPEROFFICE_SERVICE_REQUEST_HEADERS_HPP

#include <superoffice/base/borrowed.hpp>
#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/http/detail/http1_writer.hpp>

#include <cstddef>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// A further header line, by name and value.
struct header_field {
    borrowed name;
    borrowed value;
};

/// Further header lines, from a named array or container, or a span. Only programs that use some contain the code that
/// checks and writes them.
class header_list : public borrowed_list<header_field> {
  public:
    constexpr header_list() noexcept : write_(nullptr) {}
    using borrowed_list::borrowed_list;

    /// Adds them to a request.
    void add_to(detail::target_writer& out) const noexcept {
        if (write_ != nullptr) write_(*this, out);
    }

  private:
    static void write_all(const header_list& list, detail::target_writer& out) noexcept;

    void (*write_)(const header_list&, detail::target_writer&) noexcept = &write_all;
};

/// The request headers that the service documents, and any others. Empty ones are not sent. Text is borrowed: a
/// client's for its life, a call's until that call is over. A text that cannot be a header is `bad_header_value`:
/// `header_name` says which one.
/// Source: section 1.2 of the service notes.
struct request_headers {
    borrowed accept_language{};  ///< Accept-Language: "en", "nb-no", "*" for no translation
    borrowed language{};         ///< SO-Language; wins over the one above
    borrowed culture{};          ///< SO-Culture: formats inside strings
    borrowed time_zone{};        ///< SO-TimeZone: "UTC", "NO, includeTZOffset"; not IANA names
    borrowed app_token{};        ///< SO-AppToken, where the credential does not bring it
    borrowed user_agent{};       ///< User-Agent; default: this library's name and version
    header_list more{};          ///< none of those that the library sends itself
};

namespace detail {

// Names of the headers that the library sends itself. A program that adds one of them is refused, since two would
// contradict each other.

/// The names of `named_headers` in their order, then those that a credential sends.
inline constexpr char valued_headers[] =
    "User-Agent Accept-Language SO-Language SO-Culture SO-TimeZone SO-AppToken Authorization Cookie X-XSRF-TOKEN ";
/// The headers that say how the request is sent.
inline constexpr char framing_headers[] =
    "Host Connection Content-Length Transfer-Encoding Content-Type Accept Accept-Encoding Expect Upgrade TE Trailer ";

constexpr bool is_owned_header(std::string_view name) noexcept {
    return ascii::index_of_word(valued_headers, name) >= 0 || ascii::index_of_word(framing_headers, name) >= 0;
}

/// The documented headers, in the order in which they are sent. The last one is a secret, like the credential.
inline constexpr borrowed request_headers::* named_headers[] = {
    &request_headers::user_agent, &request_headers::accept_language, &request_headers::language,
    &request_headers::culture,    &request_headers::time_zone,       &request_headers::app_token};

/// Smaller code than `{}`: g++ makes it by a single memset instead of a store for each member.
constexpr request_headers no_headers() noexcept { return {}; }

/// Turns the error of a request head into one of the credential, which added the header at fault.
constexpr void blame_credential(error& e, std::string_view name) noexcept {
    e.stage = stage::credential;
    e.native = ascii::index_of_word(valued_headers, name) + 1;
}

}  // namespace detail

inline void header_list::write_all(const header_list& list, detail::target_writer& out) noexcept {
    for (const header_field& field : list) {
        out.header(field.name, field.value.view());
        if (detail::is_owned_header(field.name)) out.refuse(0);
    }
}

/// The name of the header that a `bad_header_value` is about, found in the headers that the client and the call were
/// given. For one of `more` it is the name that was given, which may be the part at fault. At stage::credential it is the
/// header that the credential adds: Authorization, Cookie, X-XSRF-TOKEN or SO-AppToken. Empty where the error is about
/// another header: one of a credential source of your own, or one of a proxy.
///
/// A log that has only the number: `header_number()` is 1 for User-Agent, 2 Accept-Language, 3 SO-Language, 4 SO-Culture,
/// 5 SO-TimeZone, 6 SO-AppToken; then come the client's `more` and the call's.
[[nodiscard]] constexpr std::string_view header_name(const error& e, const request_headers& of_client,
                                                     const request_headers& of_call = {}) noexcept {
    if (e.header_number() != 0 && e.stage == stage::credential && e.native > 0)
        return detail::ascii::word_at(detail::valued_headers, static_cast<std::size_t>(e.native) - 1);
    if (e.header_number() == 0 || e.stage != stage::request) return {};
    std::size_t number = std::size(detail::named_headers);
    if (e.header_number() <= number)
        return detail::ascii::word_at(detail::valued_headers, e.header_number() - std::size_t{1});
    for (const request_headers* headers : {&of_client, &of_call})
        for (const header_field& own : headers->more)
            if (++number == e.header_number()) return own.name;
    return {};
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
