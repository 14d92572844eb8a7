// Which proxy the tool takes, which it refuses, and which hosts NO_PROXY leaves out: prints each row that is wrong.
#include "proxy.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include <stdlib.h>

namespace {

int wrong = 0;

void check(bool holds, const char* table, const std::string& row, const std::string& found) {
    if (holds) return;
    std::printf("%s: %s: %s\n", table, row.c_str(), found.c_str());
    ++wrong;
}

// ---------------------------------------------------------------------------------------- NO_PROXY

struct direct_case {
    const char* list;
    const char* host;
    bool is_direct;
};

const direct_case direct_cases[] = {
    {.list = "", .host = "example.com", .is_direct = false},
    {.list = "*", .host = "example.com", .is_direct = true},
    {.list = "*", .host = "192.0.2.1", .is_direct = true},
    {.list = "other.test,*", .host = "example.com", .is_direct = true},
    // names: the whole, or from a dot on
    {.list = "example.com", .host = "example.com", .is_direct = true},
    {.list = "example.com", .host = "www.example.com", .is_direct = true},
    {.list = "example.com", .host = "a.b.example.com", .is_direct = true},
    {.list = "example.com", .host = "badexample.com", .is_direct = false},
    {.list = "example.com", .host = "example.com.test", .is_direct = false},
    {.list = "example.com", .host = "example.co", .is_direct = false},
    {.list = "www.example.com", .host = "example.com", .is_direct = false},
    {.list = "com", .host = "example.com", .is_direct = true},
    {.list = "om", .host = "example.com", .is_direct = false},
    {.list = ".example.com", .host = "example.com", .is_direct = true},
    {.list = ".example.com", .host = "www.example.com", .is_direct = true},
    {.list = ".example.com", .host = "badexample.com", .is_direct = false},
    {.list = "*.example.com", .host = "www.example.com", .is_direct = true},
    {.list = "*.example.com", .host = "badexample.com", .is_direct = false},
    {.list = "*example.com", .host = "badexample.com", .is_direct = false},
    {.list = "example.com.", .host = "example.com", .is_direct = true},
    {.list = "example.com", .host = "example.com.", .is_direct = true},
    {.list = "EXAMPLE.com", .host = "www.Example.COM", .is_direct = true},
    {.list = ".", .host = "example.com", .is_direct = false},
    {.list = "*.", .host = "example.com", .is_direct = false},
    {.list = "localhost", .host = "localhost", .is_direct = true},
    {.list = "example.com:443", .host = "example.com", .is_direct = false},  // no ports, as in curl
    // several entries
    {.list = "one.test,example.com", .host = "example.com", .is_direct = true},
    {.list = "one.test, example.com ,two.test", .host = "example.com", .is_direct = true},
    {.list = "one.test example.com", .host = "example.com", .is_direct = true},
    {.list = "one.test\texample.com", .host = "example.com", .is_direct = true},
    {.list = ",, ,example.com,", .host = "example.com", .is_direct = true},
    {.list = ",, ,", .host = "example.com", .is_direct = false},
    // addresses
    {.list = "192.0.2.1", .host = "192.0.2.1", .is_direct = true},
    {.list = "192.0.2.1", .host = "192.0.2.11", .is_direct = false},
    {.list = "0.2.1", .host = "192.0.2.1", .is_direct = false},
    {.list = ".2.1", .host = "192.0.2.1", .is_direct = false},
    {.list = "192.0.2.1", .host = "name.192.0.2.1", .is_direct = true},  // a name
    {.list = "127.0.0.1", .host = "localhost", .is_direct = false},      // names are not looked up
    {.list = "::1", .host = "::1", .is_direct = true},
    {.list = "[::1]", .host = "::1", .is_direct = true},
    {.list = "0:0:0:0:0:0:0:1", .host = "::1", .is_direct = true},
    {.list = "::1", .host = "::2", .is_direct = false},
    {.list = "::ffff:192.0.2.1", .host = "192.0.2.1", .is_direct = false},
    // ranges
    {.list = "10.0.0.0/8", .host = "10.255.1.2", .is_direct = true},
    {.list = "10.0.0.0/8", .host = "11.0.0.1", .is_direct = false},
    {.list = "10.1.2.3/8", .host = "10.9.9.9", .is_direct = true},
    {.list = "192.0.2.128/25", .host = "192.0.2.200", .is_direct = true},
    {.list = "192.0.2.128/25", .host = "192.0.2.127", .is_direct = false},
    {.list = "192.0.2.1/32", .host = "192.0.2.1", .is_direct = true},
    {.list = "192.0.2.1/32", .host = "192.0.2.0", .is_direct = false},
    {.list = "0.0.0.0/0", .host = "192.0.2.1", .is_direct = true},
    {.list = "0.0.0.0/0", .host = "::1", .is_direct = false},
    {.list = "fd00::/8", .host = "fd12::1", .is_direct = true},
    {.list = "fd00::/8", .host = "fe00::1", .is_direct = false},
    {.list = "[fd00::]/8", .host = "fd12::1", .is_direct = true},
    {.list = "2001:db8::/127", .host = "2001:db8::1", .is_direct = true},
    {.list = "2001:db8::/127", .host = "2001:db8::2", .is_direct = false},
    {.list = "10.0.0.0/8", .host = "ten.example", .is_direct = false},
};

const char* const refused_lists[] = {
    "a\nb",        "a\r",         "\x01",   "a\x7f",  "10.0.0.0/33",        "10.0.0.0/", "10.0.0.0/-1",
    "10.0.0.0/+8", "10.0.0.0/8x", "::/129", "name/8", "http://example.com", "/8"};

void check_direct() {
    for (const direct_case& each : direct_cases) {
        const bool found = cli::direct_hosts{each.list, "NO_PROXY"}.cover(each.host);
        check(found == each.is_direct, "NO_PROXY", std::string{each.list} + " " + each.host,
              found ? "direct" : "not direct");
    }
    for (const char* const list : refused_lists) {
        std::string said = "taken";
        try {
            const cli::direct_hosts taken{list, "NO_PROXY"};
        } catch (const std::exception& problem) {
            said = problem.what();
        }
        check(said.rfind("NO_PROXY: ", 0) == 0, "refused lists", list, said);
    }
}

// ---------------------------------------------------------------------------------------- the proxy

/// Null: the option or the variable is not there.
struct chosen_case {
    const char* option;
    const char* lower;  // https_proxy
    const char* upper;  // HTTPS_PROXY
    const char* shown;  // "" where there is no proxy; the sentence where it is refused
    const char* user = "";
    const char* password = "";
    bool is_secure = false;
};

const chosen_case chosen_cases[] = {
    {.option = nullptr, .lower = nullptr, .upper = nullptr, .shown = ""},
    {.option = "http://one:1", .lower = "http://two:2", .upper = "http://three:3", .shown = "one:1"},
    {.option = nullptr, .lower = "http://two:2", .upper = "http://three:3", .shown = "two:2"},
    {.option = nullptr, .lower = nullptr, .upper = "http://three:3", .shown = "three:3"},
    {.option = nullptr, .lower = "", .upper = "http://three:3", .shown = "three:3"},
    {.option = nullptr, .lower = "", .upper = "", .shown = ""},
    {.option = "", .lower = "http://two:2", .upper = "http://three:3", .shown = ""},
    // forms of the address
    {.option = "one:8080", .lower = nullptr, .upper = nullptr, .shown = "one:8080"},
    {.option = "one", .lower = nullptr, .upper = nullptr, .shown = "one:1080"},
    {.option = "http://one", .lower = nullptr, .upper = nullptr, .shown = "one:1080"},
    {.option = "http://one:", .lower = nullptr, .upper = nullptr, .shown = "one:1080"},
    {.option = "http://one:80", .lower = nullptr, .upper = nullptr, .shown = "one:80"},
    {.option = "HTTP://one:8080/", .lower = nullptr, .upper = nullptr, .shown = "one:8080"},
    {.option = "http://192.0.2.1:3128", .lower = nullptr, .upper = nullptr, .shown = "192.0.2.1:3128"},
    {.option = "http://[::1]:3128", .lower = nullptr, .upper = nullptr, .shown = "[::1]:3128"},
    {.option = "[::1]", .lower = nullptr, .upper = nullptr, .shown = "[::1]:1080"},
    {.option = "https://one:1", .lower = nullptr, .upper = nullptr, .shown = "one:1", .is_secure = true},
    {.option = "HTTPS://one", .lower = nullptr, .upper = nullptr, .shown = "one:443", .is_secure = true},
    {.option = nullptr,
     .lower = "https://joe:pass@one:1",
     .upper = nullptr,
     .shown = "one:1",
     .user = "joe",
     .password = "pass",
     .is_secure = true},
    // the credential of a proxy: from the environment only
    {.option = nullptr,
     .lower = "http://joe:pass@one:1",
     .upper = nullptr,
     .shown = "one:1",
     .user = "joe",
     .password = "pass"},
    {.option = nullptr,
     .lower = nullptr,
     .upper = "joe:p:a@s@one:1",
     .shown = "one:1",
     .user = "joe",
     .password = "p:a@s"},
    {.option = nullptr, .lower = "http://joe@one:1", .upper = nullptr, .shown = "one:1", .user = "joe"},
    {.option = nullptr,
     .lower = "http://j%40e:p%2Fs%25@one",
     .upper = nullptr,
     .shown = "one:1080",
     .user = "j@e",
     .password = "p/s%"},
    {.option = "http://joe:pass@one:1",
     .lower = nullptr,
     .upper = nullptr,
     .shown = "--proxy: a user name or a password in an argument can be seen by every user of this machine: give the "
              "whole URL in "
              "HTTPS_PROXY instead"},
    {.option = "joe@one:1",
     .lower = nullptr,
     .upper = nullptr,
     .shown = "--proxy: a user name or a password in an argument can be seen by every user of this machine: give the "
              "whole URL in "
              "HTTPS_PROXY instead"},
    {.option = nullptr,
     .lower = "http://:pass@one:1",
     .upper = nullptr,
     .shown = "https_proxy: the user name is empty"},
    {.option = nullptr,
     .lower = "http://j%3Ae:pass@one:1",
     .upper = nullptr,
     .shown = "https_proxy: the user name contains a colon"},
    {.option = nullptr,
     .lower = "http://joe:p%0d%0aX@one:1",
     .upper = nullptr,
     .shown = "https_proxy: the user name or the password contains a control character"},
    {.option = nullptr,
     .lower = "http://joe:p%00@one:1",
     .upper = nullptr,
     .shown = "https_proxy: the user name or the password contains a control character"},
    {.option = nullptr,
     .lower = nullptr,
     .upper = "http://joe:p%2@one:1",
     .shown = "HTTPS_PROXY: a % in the user name or the password must be followed by two hexadecimal digits"},
    // what is refused
    {.option = nullptr,
     .lower = "SOCKS5h://joe:pass@one:1",
     .upper = nullptr,
     .shown = "https_proxy: a proxy socks5h:// is not supported: only http:// and https:// are"},
    {.option = nullptr,
     .lower = "secret://one:1",
     .upper = nullptr,
     .shown = "https_proxy: a proxy of another scheme is not supported: only http:// and https:// are"},
    {.option = nullptr,
     .lower = "http://one:1\r\nX: y",
     .upper = nullptr,
     .shown = "https_proxy: contains a blank, a line break or another control character"},
    {.option = "http://one two:1",
     .lower = nullptr,
     .upper = nullptr,
     .shown = "--proxy: contains a blank, a line break or another control character"},
    {.option = "http://one:0",
     .lower = nullptr,
     .upper = nullptr,
     .shown = "--proxy: is no address of a proxy, such as http://proxy.example:3128"},
    {.option = "http://one:65536",
     .lower = nullptr,
     .upper = nullptr,
     .shown = "--proxy: is no address of a proxy, such as http://proxy.example:3128"},
    {.option = "http://one:1/path",
     .lower = nullptr,
     .upper = nullptr,
     .shown = "--proxy: is no address of a proxy, such as http://proxy.example:3128"},
    {.option = "http://one:1?q",
     .lower = nullptr,
     .upper = nullptr,
     .shown = "--proxy: is no address of a proxy, such as http://proxy.example:3128"},
    {.option = "http://",
     .lower = nullptr,
     .upper = nullptr,
     .shown = "--proxy: is no address of a proxy, such as http://proxy.example:3128"},
    {.option = "http://[fe80::1%25eth0]:1",
     .lower = nullptr,
     .upper = nullptr,
     .shown = "--proxy: is no address of a proxy, such as http://proxy.example:3128"},
    {.option = nullptr,
     .lower = nullptr,
     .upper = "http://joe:pa/ss@one:1",
     .shown = "HTTPS_PROXY: is no address of a proxy, such as http://proxy.example:3128"},
};

void set(const char* name, const char* value) {
    if (value == nullptr)
        ::unsetenv(name);
    else
        ::setenv(name, value, 1);
}

void check_chosen() {
    for (const chosen_case& each : chosen_cases) {
        set("https_proxy", each.lower);
        set("HTTPS_PROXY", each.upper);
        std::string row;
        for (const char* const text : {each.option, each.lower, each.upper})
            row.append(text == nullptr ? "-" : text).append(" ");
        std::string found;
        try {
            const std::optional<std::string> option =
                each.option ? std::optional<std::string>{each.option} : std::nullopt;
            const cli::proxy made = cli::proxy::chosen(option);
            const superoffice::http_proxy address = made.address();
            if (made.serves("any.test", true)) found = made.shown();
            check(address.user.view() == each.user && address.password.view() == each.password, "credential of a proxy",
                  row, found);
            check(made.is_secure() == each.is_secure, "TLS to the proxy", row, found);
            check(made.serves("any.test", false) == (each.option != nullptr && !found.empty()), "proxy for http", row,
                  found);
        } catch (const std::exception& problem) {
            found = problem.what();
        }
        check(found == each.shown, "proxy", row, found);
        for (const char* const name : {"https_proxy", "HTTPS_PROXY"}) {
            const char* const left = std::getenv(name);
            check(left == nullptr || std::string_view{left}.find('@') == std::string_view::npos,
                  "left in the environment", row, name);
        }
        const bool keeps = each.upper != nullptr && std::string_view{each.upper}.find('@') == std::string_view::npos;
        check(!keeps || std::getenv("HTTPS_PROXY") != nullptr, "taken out of the environment", row, "HTTPS_PROXY");
    }
    set("https_proxy", nullptr);
    set("HTTPS_PROXY", nullptr);
    set("no_proxy", "");
    set("NO_PROXY", "upper.test");
    check(!cli::proxy::chosen("one:1").serves("upper.test", true), "NO_PROXY", "no_proxy empty", "not direct");
    set("no_proxy", "lower.test");
    check(cli::proxy::chosen("one:1").serves("upper.test", true), "NO_PROXY", "no_proxy wins", "direct");
    check(!cli::proxy::chosen("one:1").serves("lower.test", true), "NO_PROXY", "no_proxy counts", "not direct");
}

}  // namespace

int main() {
    check_direct();
    check_chosen();
    return wrong == 0 ? 0 : 1;
}
