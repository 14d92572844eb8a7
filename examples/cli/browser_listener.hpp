// browser_listener.hpp - waits on this machine for the browser that comes back from the log-in host.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_BROWSER_LISTENER_HPP
#define SUPEROFFICE_CLI_BROWSER_LISTENER_HPP

#include <superoffice/base/time.hpp>
#include <superoffice/std_types.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cli {

class descriptor {
  public:
    explicit descriptor(int number) : number_(number) {}
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int number() const { return number_; }

  private:
    int number_;
};

/// Listens on 127.0.0.1 alone: nobody on another machine can send it a code.
class browser_listener {
  public:
    explicit browser_listener(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        const int on = 1;
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ::setsockopt(socket_.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        ::fcntl(socket_.number(), F_SETFD, FD_CLOEXEC);
        if (::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
            ::listen(socket_.number(), 8) != 0 ||
            ::getsockname(socket_.number(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
            fail("listening on 127.0.0.1");
        port_ = ntohs(address.sin_port);
    }

    [[nodiscard]] std::string redirect_uri() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

    /// Waits for a browser that comes back to the redirect address, and gives the query it brings. Other requests, such as
    /// the one for an icon, are answered with 404. `answer` makes the page from the query, and says whether this was all.
    ///
    /// @returns  false if no browser came back in time
    template <class Answer>
    bool serve(superoffice::milliseconds limit, Answer answer) {
        const superoffice::instant end = superoffice::steady_clock::now() + limit;
        for (;;) {
            if (!waits_for_input(socket_.number(), end)) return false;
            const descriptor browser{::accept(socket_.number(), nullptr, nullptr)};
            if (browser.number() < 0) {
                if (errno == EINTR || errno == ECONNABORTED || errno == EAGAIN) continue;
                fail("waiting for the browser");
            }
            const std::string target = target_of(browser.number(), end);
            if (target.substr(0, 2) != "/?") {
                reply(browser.number(), "404 Not Found", "");
                continue;
            }
            const auto [done, page] = answer(std::string_view{target}.substr(2));
            reply(browser.number(), "200 OK", page);
            if (done) return true;
        }
    }

  private:
    [[noreturn]] static void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

    /// False if nothing comes before `end`.
    static bool waits_for_input(int socket, superoffice::instant end) {
        constexpr superoffice::milliseconds longest{60'000};
        for (;;) {
            const superoffice::milliseconds left = end - superoffice::steady_clock::now();
            if (left <= superoffice::milliseconds{0}) return false;
            pollfd wanted{socket, POLLIN, 0};
            const int ready = ::poll(&wanted, 1, static_cast<int>((left < longest ? left : longest).count()));
            if (ready > 0) return true;
            if (ready < 0 && errno != EINTR) fail("waiting for the browser");
        }
    }

    /// The target of a GET; empty for anything else. A browser that says nothing is given up after ten seconds.
    static std::string target_of(int browser, superoffice::instant end) {
        constexpr superoffice::milliseconds longest{10'000};
        const superoffice::instant given_up = superoffice::steady_clock::now() + longest;
        std::string head;
        while (head.find("\r\n\r\n") == head.npos && head.size() < 16 * 1024) {
            std::array<char, 4096> room{};
            if (!waits_for_input(browser, given_up < end ? given_up : end)) return {};
            const ssize_t count = ::recv(browser, room.data(), room.size(), 0);
            if (count <= 0) return {};
            head.append(room.data(), static_cast<std::size_t>(count));
        }
        if (head.substr(0, 4) != "GET ") return {};
        return head.substr(4, head.find(' ', 4) - 4);
    }

    static void reply(int browser, const char* status, const std::string& sentence) {
        const std::string page = "<!doctype html><title>superoffice-batch</title><p>" + sentence + "</p>\n";
        const std::string text = "HTTP/1.1 " + std::string{status} +
                                 "\r\nContent-Type: text/html; charset=utf-8\r\nReferrer-Policy: no-referrer\r\n"
                                 "Connection: close\r\nContent-Length: " +
                                 std::to_string(page.size()) + "\r\n\r\n" + page;
        static_cast<void>(::send(browser, text.data(), text.size(), MSG_NOSIGNAL));
    }

    descriptor socket_;
    std::uint16_t port_ = 0;
};

}  // namespace cli
#endif
