// lwip.cpp - tcp_socket over the sockets of lwIP: a client and a server on one interface of lwIP in this process.
// SPDX-License-Identifier: BSL-1.0
//
// Prints the percent of the task, twice. Nothing of the host's network is used.

// The host's headers, because Debian's lwIP takes types and constants from them. lwIP has no close-on-exec.
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>
#undef SOCK_CLOEXEC
#undef SOCK_NONBLOCK

extern "C" {  // not every header of lwIP says so itself
#include <lwip/netif.h>
#include <lwip/sockets.h>
#include <lwip/tcpip.h>
}

// What LWIP_COMPAT_SOCKETS 1 does, with as many parameters as there.
#define close(s) lwip_close(s)
#define connect(s, name, size) lwip_connect(s, name, size)
#define fcntl(s, command, value) lwip_fcntl(s, command, value)
#define getsockname(s, name, size) lwip_getsockname(s, name, size)
#define getsockopt(s, level, option, value, size) lwip_getsockopt(s, level, option, value, size)
#define poll(entries, count, timeout) lwip_poll(entries, count, timeout)
#define recv(s, into, size, flags) lwip_recv(s, into, size, flags)
#define send(s, from, size, flags) lwip_send(s, from, size, flags)
#define setsockopt(s, level, option, value, size) lwip_setsockopt(s, level, option, value, size)
#define socket(family, type, protocol) lwip_socket(family, type, protocol)

#include <superoffice/batch.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace {

constexpr std::string_view reply =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n"
    R"({"State":"Started","ProgressPercent":62})";

pthread_barrier_t listening;

/// Answers each request on one connection, and then waits for its end.
void* serve(void*) {
    const int listener = lwip_socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in here = {};
    here.sin_family = AF_INET;
    here.sin_port = lwip_htons(8080);
    const bool good = lwip_bind(listener, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0 &&
                      lwip_listen(listener, 2) == 0;
    pthread_barrier_wait(&listening);
    if (!good) return nullptr;
    const int peer = lwip_accept(listener, nullptr, nullptr);
    std::array<char, 1024> request{};
    for (std::size_t size = 0;;) {
        const ssize_t more = lwip_recv(peer, request.data() + size, request.size() - size, 0);
        if (more <= 0) break;
        size += static_cast<std::size_t>(more);
        if (!std::string_view{request.data(), size}.ends_with("{\"Id\":497}")) continue;
        lwip_send(peer, reply.data(), reply.size(), 0);
        size = 0;
    }
    lwip_close(peer);
    return nullptr;
}

/// An interface that is a cable to nowhere; what is sent to its own address comes back.
err_t plug_in(netif* interface) {
    interface->name[0] = 't';
    interface->name[1] = 'o';
    interface->mtu = 1500;
    interface->output = [](netif*, pbuf*, const ip4_addr_t*) -> err_t { return ERR_OK; };
    return ERR_OK;
}

bool has_interface() {
    static netif interface;
    ip4_addr_t address, mask, none;
    IP4_ADDR(&address, 10, 0, 0, 1);
    IP4_ADDR(&mask, 255, 255, 255, 0);
    IP4_ADDR(&none, 0, 0, 0, 0);
    LOCK_TCPIP_CORE();
    netif* const made = netif_add(&interface, &address, &mask, &none, nullptr, plug_in, tcpip_input);
    if (made != nullptr) {
        netif_set_default(made);
        netif_set_up(made);
        netif_set_link_up(made);
    }
    UNLOCK_TCPIP_CORE();
    return made != nullptr;
}

}  // namespace

int main() {
    tcpip_init(nullptr, nullptr);
    if (!has_interface()) return std::fprintf(stderr, "lwIP has no interface\n"), 1;
    pthread_barrier_init(&listening, nullptr, 2);
    pthread_t server;
    pthread_create(&server, nullptr, serve, nullptr);
    pthread_barrier_wait(&listening);

    {
        superoffice::tcp_socket link;
        std::array<std::byte, 2048> memory;
        superoffice::client api{link,
                                "http://10.0.0.1:8080/Cust12345/api",
                                superoffice::bearer{"8A:x"},
                                memory,
                                {.allow_credential_in_clear_text = true}};
        for (int n = 0; n < 2; ++n) {
            const auto task = api.get_batch_task_info(497, {.timeout = superoffice::milliseconds{5000}});
            if (!task) {
                std::fprintf(stderr, "%s (native %d)\n", superoffice::message(task.error()),
                             static_cast<int>(task.error().native));
                return 1;
            }
            std::printf("%d %%\n", static_cast<int>(task->ProgressPercent.value_or(-1)));
        }
    }
    pthread_join(server, nullptr);
}
