#include "proxy.hpp"

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/http/base_url.hpp>
#include <superoffice/transport/ip_address.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <stdexcept>
#include <system_error>

namespace cli {
namespace {

[[noreturn]] void refuse(std::string_view source, const std::string& why) {
    throw std::invalid_argument{std::string{source} + ": " + why};
}

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }

/// The value of the first of these variables that is set and not empty, and its name.
struct variable {
    explicit variable(std::initializer_list<const char*> names) {
        for (const char* const each : names) {
            const char* const found = std::getenv(each);
            if (found == nullptr || *found == '\0') continue;
            name = each;
            text = found;
            return;
        }
    }
    const char* name = "";
    std::string_view text;
};

// ---------------------------------------------------------------------------------------- NO_PROXY

std::string_view without(char c, std::string_view text, bool at_end) {
    if (text.empty() || (at_end ? text.back() : text.front()) != c) return text;
    at_end ? text.remove_suffix(1) : text.remove_prefix(1);
    return text;
}

bool same_letters(std::string_view one, std::string_view other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(), [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    });
}

/// An address, or the first bits that a range of them has in common.
struct address_range {
    superoffice::ip_address first;
    unsigned bits = 0;

    /// False for anything else.
    bool read(std::string_view text) {
        const std::size_t slash = std::min(text.find('/'), text.size());
        const std::string_view address = without(']', without('[', text.substr(0, slash), false), true);
        if (!superoffice::parse_ip_address(address, first)) return false;
        bits = first.size * 8U;
        if (slash == text.size()) return true;
        const std::string_view digits = text.substr(slash + 1);
        const unsigned most = bits;
        const auto [stop, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
        return problem == std::errc{} && stop == digits.data() + digits.size() && bits <= most;
    }

    [[nodiscard]] bool has(const superoffice::ip_address& address) const {
        if (address.size != first.size) return false;
        const std::size_t whole = bits / 8;
        if (!std::equal(address.bytes, address.bytes + whole, first.bytes)) return false;
        const unsigned rest = bits % 8;
        return rest == 0 || ((address.bytes[whole] ^ first.bytes[whole]) >> (8 - rest)) == 0;
    }
};

constexpr const char* separators = ", \t";

/// Takes the next entry off the list; empty at its end.
std::string_view take_entry(std::string_view& list) {
    list.remove_prefix(std::min(list.find_first_not_of(separators), list.size()));
    const std::string_view entry = list.substr(0, list.find_first_of(separators));
    list.remove_prefix(entry.size());
    return entry;
}

bool covers(std::string_view entry, std::string_view host, const superoffice::ip_address* address) {
    if (entry == "*") return true;
    if (address != nullptr) {
        address_range range;
        return range.read(entry) && range.has(*address);
    }
    if (entry.substr(0, 2) == "*.") entry.remove_prefix(1);
    entry = without('.', without('.', entry, false), true);
    if (entry.empty() || host.size() < entry.size()) return false;
    const std::size_t before = host.size() - entry.size();
    return same_letters(host.substr(before), entry) && (before == 0 || host[before - 1] == '.');
}

}  // namespace

direct_hosts::direct_hosts(std::string_view list, std::string_view source) : list_(list) {
    for (const char c : list)
        if (is_control(c) && c != '\t') refuse(source, "contains a line break or another control character");
    std::string_view rest = list_;
    for (std::size_t number = 1;; ++number) {
        const std::string_view entry = take_entry(rest);
        if (entry.empty()) return;
        if (entry.find('/') != entry.npos && !address_range{}.read(entry))
            refuse(source, "entry " + std::to_string(number) + " is no range of addresses, such as 10.0.0.0/8");
    }
}

bool direct_hosts::cover(std::string_view host) const {
    host = without('.', host, true);
    superoffice::ip_address address;
    const bool is_address = superoffice::parse_ip_address(host, address);
    std::string_view rest = list_;
    for (std::string_view entry = take_entry(rest); !entry.empty(); entry = take_entry(rest))
        if (covers(entry, host, is_address ? &address : nullptr)) return true;
    return false;
}

// ---------------------------------------------------------------------------------------- the proxy

namespace {

constexpr std::uint16_t default_port = 1080, default_secure_port = 443;  // curl's

/// A part of the userinfo with its %XX read.
secret unescaped(std::string_view text, std::string_view source) {
    constexpr std::size_t longest = 1'000;
    std::string made;
    made.reserve(text.size());  // one place to wipe
    const char* problem = nullptr;
    for (std::size_t at = 0; at < text.size() && problem == nullptr; ++at) {
        char c = text[at];
        if (c == '%') {
            const int high = at + 2 < text.size() ? superoffice::detail::ascii::hex_digit(text[at + 1]) : -1;
            const int low = at + 2 < text.size() ? superoffice::detail::ascii::hex_digit(text[at + 2]) : -1;
            if (high < 0 || low < 0)
                problem = "a % in the user name or the password must be followed by two hexadecimal digits";
            c = static_cast<char>(high * 16 + low);
            at += 2;
        }
        if (problem == nullptr && is_control(c)) problem = "the user name or the password contains a control character";
        made += c;
    }
    if (made.size() > longest) problem = "the user name or the password is longer than 1000 bytes";
    secret found{problem == nullptr ? std::string_view{made} : std::string_view{}};
    wipe(made.data(), made.size());
    if (problem != nullptr) refuse(source, problem);
    return found;
}

/// "socks5"; something else where the text may be more than the name of a scheme.
std::string shown_scheme(std::string_view scheme) {
    for (const std::string_view known : {"socks", "socks4", "socks4a", "socks5", "socks5h", "quic", "ftp", "file"})
        if (same_letters(scheme, known)) return std::string{known} + "://";
    return "of another scheme";
}

/// Takes a user name and a password out of the environment, for child processes and for those who look at this one.
void remove_secret(const char* name) {
    char* const text = std::getenv(name);
    if (text == nullptr || std::strchr(text, '@') == nullptr) return;
    wipe(text, std::strlen(text));
#if !defined(_WIN32)
    ::unsetenv(name);
#endif
}

}  // namespace

void proxy::read(std::string_view url, std::string_view source, bool allows_secrets) {
    if (std::any_of(url.begin(), url.end(), [](char c) { return is_control(c) || c == ' '; }))
        refuse(source, "contains a blank, a line break or another control character");
    if (const std::size_t end = url.find("://"); end != url.npos) {
        const std::string_view scheme = url.substr(0, end);
        is_secure_ = same_letters(scheme, "https");
        if (!is_secure_ && !same_letters(scheme, "http"))
            refuse(source, "a proxy " + shown_scheme(scheme) + " is not supported: only http:// and https:// are");
        url.remove_prefix(end + 3);
    }
    const std::string_view authority = url.substr(0, url.find_first_of("/?#"));
    if (const std::size_t at = authority.rfind('@'); at != authority.npos) {
        if (!allows_secrets)
            refuse(source,
                   "a user name or a password in an argument can be seen by every user of this machine: give the whole "
                   "URL in HTTPS_PROXY instead");
        const std::string_view user = authority.substr(0, std::min(authority.find(':'), at));
        user_ = unescaped(user, source);
        password_ = unescaped(user.size() < at ? authority.substr(user.size() + 1, at - user.size() - 1) : "", source);
        if (user_.view().find(':') != std::string_view::npos) refuse(source, "the user name contains a colon");
        if (user_.empty()) refuse(source, "the user name is empty");
        url.remove_prefix(at + 1);
    }
    const std::string whole = "http://" + std::string{url};
    const superoffice::result<superoffice::base_url> parsed = superoffice::parse_base_url(whole);
    if (!parsed || !parsed->root.empty() || !parsed->to.zone.empty())
        refuse(source, "is no address of a proxy, such as http://proxy.example:3128");
    host_ = parsed->to.host;
    const std::string_view behind_host = parsed->authority.substr(
        static_cast<std::size_t>(parsed->to.host.data() - parsed->authority.data()) + host_.size());
    const bool has_port = behind_host.find(':') != behind_host.npos;
    port_ = has_port ? parsed->to.port : is_secure_ ? default_secure_port : default_port;
}

proxy proxy::chosen(const std::optional<std::string>& option) {
    struct secrets_remover {
        ~secrets_remover() {
            for (const char* const name : {"https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "ftp_proxy",
                                           "FTP_PROXY", "all_proxy", "ALL_PROXY"})
                remove_secret(name);
        }
    } at_the_end;
    proxy made;
    const variable given{"https_proxy", "HTTPS_PROXY"};
    made.only_tls_ = !option;
    made.source_ = option ? "--proxy" : given.name;
    if (option) {
        if (!option->empty()) made.read(*option, "--proxy", false);
    } else if (!given.text.empty()) {
        made.read(given.text, given.name, true);
    }
    if (made.port_ == 0) return made;
    const variable direct{"no_proxy", "NO_PROXY"};
    made.direct_ = direct_hosts{direct.text, direct.name};
    return made;
}

std::string proxy::shown() const {
    const bool is_v6 = host_.find(':') != host_.npos;
    return (is_v6 ? "[" + host_ + "]:" : host_ + ":") + std::to_string(port_);
}

}  // namespace cli
