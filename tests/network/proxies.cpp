// superoffice/transport/connect_proxy.hpp through tinyproxy, a real proxy, with a credential, to the local service.
// SPDX-License-Identifier: BSL-1.0
#include "chain.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include <netdb.h>
#include <spawn.h>
#include <sys/wait.h>

namespace so = superoffice;
using so::errc;
using so::stage;

namespace {

/// A port that nobody listens at, for now.
std::uint16_t free_port() {
    const int handle = network::listen_at("127.0.0.1", 0, 1);
    const std::uint16_t port = network::port_of(handle);
    ::close(handle);
    return port;
}

/// Takes connections to these two ports of any host.
class tinyproxy {
  public:
    tinyproxy(std::uint16_t service_port, std::uint16_t dead_port) : port_(free_port()) {
        std::string pattern = (std::filesystem::temp_directory_path() / "superoffice-proxy-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) return;
        directory_ = pattern;
        std::ofstream(directory_ + "/tinyproxy.conf")
            << "Port " << port_ << "\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 60\nMaxClients 20\nLogLevel Error\n"
            << "LogFile \"" << directory_ << "/log\"\nBasicAuth user a-secret\n"
            << "ConnectPort " << service_port << "\nConnectPort " << dead_port << "\n";
        std::string words[] = {"tinyproxy", "-d", "-c", directory_ + "/tinyproxy.conf"};
        char* const argv[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), nullptr};
        if (::posix_spawnp(&process_, argv[0], nullptr, nullptr, argv, environ) != 0) process_ = -1;
        const sockaddr_in where = network::loopback("127.0.0.1", port_);
        for (int i = 0; i < 300 && process_ != -1 && !is_ready_; ++i) {
            const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            is_ready_ = ::connect(probe, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
            ::close(probe);
            if (!is_ready_) ::poll(nullptr, 0, 100);
            if (::waitpid(process_, nullptr, WNOHANG) == process_) process_ = -1;
        }
    }
    tinyproxy(const tinyproxy&) = delete;
    tinyproxy& operator=(const tinyproxy&) = delete;
    ~tinyproxy() {
        if (process_ != -1) {
            ::kill(process_, SIGTERM);
            ::waitpid(process_, nullptr, 0);
        }
        std::error_code ignored;
        if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
    }
    bool is_ready() const { return is_ready_ && process_ != -1; }
    std::uint16_t port() const { return port_; }

  private:
    std::uint16_t port_;
    std::string directory_;
    pid_t process_ = -1;
    bool is_ready_ = false;
};

}  // namespace

TEST_CASE("proxies: through tinyproxy with TLS to the service, and each refusal with its own error") {
    support::local_service service({"--manual-clock"});
    REQUIRE_MESSAGE(service.is_ready(), service.problem());
    addrinfo* found = nullptr;
    if (::getaddrinfo("localhost", nullptr, nullptr, &found) != 0) {
        MESSAGE("skipped: tinyproxy asks the system for localhost, which this machine does not know");
        return;
    }
    ::freeaddrinfo(found);
    const std::uint16_t dead = free_port();
    tinyproxy proxy(service.port(), dead);
    if (!proxy.is_ready()) {
        MESSAGE("skipped: tinyproxy is not there, or does not start");
        return;
    }
    const std::string tail = "/Cust12345/api";
    const std::string good = "https://localhost:" + std::to_string(service.port()) + tail;
    const std::string by_address = "https://127.0.0.1:" + std::to_string(service.port()) + tail;
    const std::string nobody = "https://localhost:" + std::to_string(dead) + tail;
    const std::string forbidden = "https://localhost:1" + tail;
    const std::string unknown =
        "https://" + std::string(64, 'a') + ".invalid:" + std::to_string(service.port()) + tail;  // no label is so long
    const struct {
        const char* what;
        const std::string& base;
        const char* user;
        const char* password;
        errc code;
        std::uint16_t proxy_status;  ///< 0: any
    } rows[] = {
        {"a good call", good, "user", "a-secret", errc::ok, 0},
        {"no credential", good, "", "", errc::proxy_unauthorized, 407},
        {"a wrong one", good, "user", "wrong", errc::proxy_unauthorized, 0},
        {"a port that it does not allow", forbidden, "user", "a-secret", errc::proxy_refused, 403},
        {"a port where nobody is", nobody, "user", "a-secret", errc::proxy_failed, 0},
        {"a host that does not exist", unknown, "user", "a-secret", errc::proxy_failed, 0},
        {"a password with a line break", good, "user", "a\r\nb", errc::bad_header_value, 0},
    };
    std::array<std::byte, 16 * 1024> memory{};
    for (const auto& row : rows) {
        CAPTURE(row.what);
        so::tls<so::connect_proxy<so::tcp_socket>> link{
            so::tls_options{.ca_file = service.ca_file().c_str(), .protocol = support::test_tls()},
            so::http_proxy{"127.0.0.1", proxy.port(), row.user, row.password}};
        so::client api{link, row.base, so::bearer{"8A:Cust12345.test-token-good"}, memory};
        for (int n = 0; n < 2; ++n) {
            const auto task = api.get_batch_task_info(497);
            CHECK(std::string(so::name(task.error().code)) == so::name(row.code));
            if (row.proxy_status != 0) CHECK(task.error().proxy_status() == row.proxy_status);
            if (row.code != errc::ok && row.code != errc::bad_header_value) CHECK(task.error().stage == stage::connect);
        }
    }
    // TLS checks the peer and not the proxy: over the tunnel too a wrong name is refused.
    if (so::detail::mbedtls_api::lists_addresses) return;
    so::tls<so::connect_proxy<so::tcp_socket>> link{
        so::tls_options{.ca_file = service.ca_file().c_str(), .protocol = support::test_tls()},
        so::http_proxy{"127.0.0.1", proxy.port(), "user", "a-secret"}};
    so::client api{link, by_address, so::bearer{"8A:Cust12345.test-token-good"}, memory};
    CHECK(api.get_batch_task_info(497).error() == errc::address_not_verifiable);
}
