// superoffice/service/options.hpp - the options of a client and of a single call.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SERVICE_OPTIONS_HPP
#define SUPEROFFICE_SERVICE_OPTIONS_HPP

#include <superoffice/base/borrowed.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/base/utc_clock.hpp>
#include <superoffice/http/content_type.hpp>
#include <superoffice/http/detail/http_date.hpp>
#include <superoffice/http/reply_head.hpp>
#include <superoffice/schema/field.hpp>
#include <superoffice/service/request_headers.hpp>

#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

struct reply_info;
struct json_document;
class compact_reader;

namespace detail {

struct directory_visit;
struct request_target;

/// What a client does with a directory of tenants.
struct directory_functions {
    /// The request that asks the directory.
    void (*ask)(request_target& question, std::string_view base) noexcept;
    /// After a reply with 421: makes the directory the target, in place of the tenant's host. After the directory's
    /// reply: moves the address to the tenant's new base URL. False if the reply is that of the call itself.
    bool (*take_reply)(std::string_view directory, directory_visit& visit) noexcept;
};

/// These functions, reading with `Reader`; in <superoffice/service/detail/tenant_directory.hpp>. A template, so that a
/// program that names no directory has none of this code.
template <class Reader>
struct directory_asker {
    static void ask(request_target& question, std::string_view base) noexcept;
    static bool take_reply(std::string_view directory, directory_visit& visit) noexcept;

    static constexpr directory_functions functions{ask, take_reply};

  private:
    static error aim(std::string_view directory, directory_visit& visit) noexcept;
    static error learn(directory_visit& visit) noexcept;
};

}  // namespace detail

/// The URL of a directory that knows to which host a tenant has moved. Naming one brings in the code that asks it.
class tenant_directory {
  public:
    constexpr tenant_directory() noexcept = default;
    template <class Text, class Reader = compact_reader>
        requires(!std::same_as<std::remove_cvref_t<Text>, tenant_directory> && std::convertible_to<Text, borrowed>)
    constexpr tenant_directory(Text&& url) noexcept
        : url_(std::forward<Text>(url)), functions_(&detail::directory_asker<Reader>::functions) {}

    [[nodiscard]] constexpr std::string_view url() const noexcept { return url_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return url_.empty(); }
    /// Null where no directory was named.
    [[nodiscard]] constexpr const detail::directory_functions* functions() const noexcept { return functions_; }

  private:
    borrowed url_;
    const detail::directory_functions* functions_ = nullptr;
};

namespace detail {

/// Reads how long the reply asks to wait, if it says so in seconds.
inline void read_retry_after_seconds(const reply_head& head, const utc_clock&, field<milliseconds>& wait) noexcept {
    milliseconds read;
    if (parse_retry_after_seconds(head.retry_after(), read)) wait = read;
}

/// The same in seconds or as a date.
inline void read_retry_after(const reply_head& head, const utc_clock& utc_now, field<milliseconds>& wait) noexcept {
    milliseconds read;
    const std::int64_t now = utc_now ? utc_now.seconds(utc_now.context) : 0;
    if (parse_retry_after(head.retry_after(), head.date(), now, read)) wait = read;
}

}  // namespace detail

/// Reads a Retry-After that may be a date. Naming `http_dates` brings in the code for it.
struct date_reader {
    void (*function)(const reply_head& head, const utc_clock& utc_now,
                     field<milliseconds>& wait) noexcept = &detail::read_retry_after_seconds;
};
/// All three forms of dates in HTTP (RFC 9110 section 5.6.7).
inline constexpr date_reader http_dates{&detail::read_retry_after};

/// The deadline of a call if no other is set. The vendor's own client has 30 s.
inline constexpr milliseconds default_timeout{30'000};

/// If a call may be repeated, a kept connection that was used less than this long ago is not checked before it is used
/// again: if it has ended, the call is repeated over a fresh one. A check costs a system call. Servers keep idle
/// connections for longer than this (nginx 75 s, Kestrel 130 s, IIS 120 s). Anything that the verified server sends
/// unasked in this time is taken for the reply. A link that is not `secure()` is always checked.
inline constexpr milliseconds unchecked_reuse_time{1'000};

/// Options of every call of a client.
struct client_options {
    /// One deadline over a whole call, retries included. 0 or less: the default.
    milliseconds timeout = default_timeout;
    /// A kept connection that was idle longer is not used again.
    milliseconds idle_timeout{60'000};
    /// How bodies are sent.
    request_type request_as = request_type::json;
    /// How replies are asked for. What comes is read by its own type.
    reply_type reply_as = reply_type::json;
    /// False: a credential is sent only over a link that is `secure()`, or to this machine (localhost, 127.0.0.0/8, ::1)
    /// without a proxy; else the call ends with `insecure_link`. True: where the base URL begins with http://, it is sent to any host in
    /// clear text, and everybody on the way can read and use it.
    bool allow_credential_in_clear_text = false;
    /// "https://online.superoffice.com": asked once where a tenant went after a 421, and the call is repeated there. Empty: a
    /// 421 ends the call. Source: tenant status page.
    superoffice::tenant_directory tenant_directory{};
    request_headers headers{};
    /// A Retry-After in seconds always counts. One that is a date counts with `superoffice::http_dates` here, which takes
    /// 0.8 KB of code on a Cortex-M4.
    date_reader retry_after_dates{};
    /// The time of day, for such a date in a reply without a Date header.
    utc_clock utc_now{};
};

/// Options of one call. What is set here wins over the client's; of `headers.more` the lines of both are sent.
struct call_options {
    milliseconds timeout{0};  ///< 0 or less: the client's
    borrowed select{};  ///< `$select` as text, in place of the one that the struct stands for: letters, digits and
                        ///< ,/-._ only, else `bad_select` with the offset
    request_headers headers{};
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
