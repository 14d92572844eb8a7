// proxy.hpp - the proxy of the tool's connections, and the hosts that are reached without it.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_PROXY_HPP
#define SUPEROFFICE_CLI_PROXY_HPP

#include "secret.hpp"

#include <superoffice/transport/connect_proxy.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

/// The hosts that NO_PROXY names: entries between commas or blanks. Letter case is ignored.
///
///     *                       every host
///     example.com             this host and every host whose name ends with .example.com
///     .example.com, *.example.com, example.com.   the same
///     192.0.2.1, ::1, [::1]   this address
///     10.0.0.0/8, fd00::/8    the addresses of this range
///
/// A name is never looked up, so an entry for an address does not cover a name. Any other entry covers nothing, as in curl.
class direct_hosts {
  public:
    direct_hosts() = default;
    /// Throws std::invalid_argument, with a sentence that begins with `source`, for a control character and for a range
    /// that is none.
    direct_hosts(std::string_view list, std::string_view source);

    /// `host`: a name, or an address without brackets.
    [[nodiscard]] bool cover(std::string_view host) const;

  private:
    std::string list_;
};

/// An HTTP proxy, asked by CONNECT; with https:// over TLS. No proxy unless one is given.
class proxy {
  public:
    proxy() = default;

    /// What --proxy says, or nothing if the option is not there; an empty text means no proxy. Without the option the
    /// environment counts, for connections with TLS: https_proxy, else HTTPS_PROXY. The hosts of no_proxy, else NO_PROXY,
    /// are reached without a proxy in any case. An empty variable counts as unset. As in curl.
    ///
    /// A variable for proxies that has a user name or a password is wiped and removed, whether it counts or not: these two, and
    /// http_proxy, ftp_proxy, all_proxy and their upper-case forms, which the tool does not use.
    ///
    /// Throws std::invalid_argument, with a sentence that names the source and never repeats its text.
    static proxy chosen(const std::optional<std::string>& option);

    /// Whether connections to this host go through the proxy.
    [[nodiscard]] bool serves(std::string_view host, bool with_tls) const {
        return port_ != 0 && (with_tls || !only_tls_) && !direct_.cover(host);
    }

    /// Borrows the texts of this object.
    [[nodiscard]] superoffice::http_proxy address() const { return {host_, port_, user_.view(), password_.view()}; }

    /// Whether it is asked over TLS.
    [[nodiscard]] bool is_secure() const { return is_secure_; }

    /// "proxy.example:3128": never with a user name or a password.
    [[nodiscard]] std::string shown() const;

    /// What names it: "--proxy" or a variable.
    [[nodiscard]] std::string_view source() const { return source_; }

  private:
    void read(std::string_view url, std::string_view source, bool allows_secrets);

    std::string host_;
    std::string_view source_;  // a constant
    std::uint16_t port_ = 0;   // 0: no proxy
    secret user_, password_;
    bool only_tls_ = false, is_secure_ = false;
    direct_hosts direct_;
};

}  // namespace cli
#endif
