// superoffice/transport/cares_resolver.hpp - looks names up by c-ares without blocking; opt-in: include it where you need it.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_CARES_RESOLVER_HPP
#define SUPEROFFICE_TRANSPORT_CARES_RESOLVER_HPP

// Opt-in, because it needs c-ares (-lcares; Debian: libc-ares-dev; 1.18 or later), which uses the heap.

#include <superoffice/base/detail/warnings_begin.hpp>

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_SOCKETS

#include <superoffice/base/borrowed.hpp>
#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/detail/cares_api.hpp>
#include <superoffice/transport/detail/socket_api.hpp>
#include <superoffice/transport/resolver.hpp>
#include <superoffice/transport/tcp_socket.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// Options of c-ares beside the settings of the system.
struct cares_options {
    borrowed servers{};  ///< "192.0.2.53, [2001:db8::53]:5353", at most 255 bytes; empty: the servers of the system
    milliseconds timeout{2'000};  ///< for the first answer of a server; c-ares gives later tries longer
    int tries = 3;                ///< of each server
};

/// Asks name servers by c-ares, one piece at a time. `basic_tcp_socket<cares_resolver>` never blocks, so a call over it
/// can be stepped from the start.
///
///     superoffice::tls<superoffice::cares_socket> link;
///
/// It follows the settings of the system (resolv.conf, nsswitch.conf, the hosts file), which c-ares reads anew for each
/// lookup: these small files are read without waiting in the first step. It takes at most `max_addresses`, IPv6 first,
/// with the two families alternating (RFC 8305 section 4). c-ares asks for both at once, and `lookup` ends when both
/// were answered or given up.
///
/// To sleep between steps: a lookup mostly has one socket, which is the `native_handle()` of the link meanwhile. It may
/// have several (a second server, TCP for a long answer). `watched_handles()` lists them all. If you only watch the
/// first one, `wake_at()` wakes you every `cares_pause` while there are more. It also covers the times of c-ares itself
/// (a server that does not answer).
///
/// Memory: c-ares allocates by malloc, or by the functions given to ares_library_init_mem: about 75 KB while a name is
/// looked up (1.18). All of it is freed when the lookup ends. Clock: c-ares reads the clock of the system for its own
/// times; the deadline of the call comes from you. Globals: none; on Windows the program must call ares_library_init
/// first.
///
/// Errors    errc::name_not_found (NXDOMAIN, no address of either family, a text that cannot be a name);
///           errc::name_lookup_failed (no server answered in time, SERVFAIL, REFUSED, no memory, bad `servers`).
///           native is the code of c-ares (ARES_ENOTFOUND, ...), unchanged
///
/// A copy takes the options, not a running lookup.
class cares_resolver {
    using api = detail::socket_api;

  public:
    static constexpr bool may_wait = false;

    /// A socket of the lookup, and what it waits for.
    using watched = api::watched;

    cares_resolver() noexcept = default;
    explicit cares_resolver(const cares_options& options) noexcept : options_(options) {}
    cares_resolver(const cares_resolver& other) noexcept : options_(other.options_) {}
    cares_resolver& operator=(const cares_resolver&) = delete;
    ~cares_resolver() { stop(); }

    io_result lookup(std::string_view name, address_list& into) noexcept {
        if (channel_ == nullptr) {
            begin(name);
        } else {
            go_on();
        }
        if (!is_over_) return io_result::would_block(wants(), stage::resolve);
        const int status = status_;
        into = found_;
        stop();
        if (!into.empty()) return io_result::ready();
        const int code = status == ARES_SUCCESS ? ARES_ENODATA : status;
        return io_result::failed(detail::cares_api::errc_of(code), code, stage::resolve);
    }

    /// Gives up a running lookup and frees its memory.
    void stop() noexcept {
        if (channel_ != nullptr) ares_destroy(channel_);
        channel_ = nullptr;
        watched_ = 0;
        is_over_ = false;
        found_.clear();
    }

    void tick(instant now, instant) noexcept { now_ = now; }

    /// When c-ares must be called again even if no answer came.
    [[nodiscard]] instant wake_at() const noexcept {
        if (channel_ == nullptr) return instant::never();
        const milliseconds left = time_left(milliseconds{INT64_MAX});
        return now_ + (watched_ > 1 && cares_pause < left ? cares_pause : left);
    }

    void wait(wait_for, milliseconds at_most) noexcept {
        if (channel_ != nullptr) api::wait_until_any(watched_sockets(), time_left(at_most));
    }

    /// The first socket; `watched_handles` lists all. -1 (INVALID_SOCKET) if there is none.
    [[nodiscard]] api::handle native_handle() const noexcept { return watched_ == 0 ? api::none : sockets_[0].socket; }

    /// All sockets to watch until the next step, at most 16. Valid until then. Borrowed: never close them.
    [[nodiscard]] std::span<const watched> watched_handles() const noexcept { return {sockets_, watched_}; }

    static constexpr milliseconds cares_pause{10};

  private:
    static constexpr std::size_t max_watched = 16;
    static constexpr std::size_t max_servers_bytes = 255;

    void begin(std::string_view name) noexcept {
        char text[max_host_bytes + 1];
        if (name.empty() || name.size() > max_host_bytes || name.find('\0') != std::string_view::npos)
            return end(ARES_EBADNAME);
        std::memcpy(text, name.data(), name.size());
        text[name.size()] = '\0';
        ares_options settings = {};
        settings.timeout = static_cast<int>(options_.timeout.count());
        settings.tries = options_.tries;
        settings.sock_state_cb = note_socket;
        settings.sock_state_cb_data = this;
        const int code =
            ares_init_options(&channel_, &settings, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
        if (code != ARES_SUCCESS) {
            return channel_ = nullptr, end(code);
        }
        detail::cares_api::tame(channel_);
        if (const int bad = set_servers(); bad != ARES_SUCCESS) return end(bad);
        ares_addrinfo_hints hints = {};
        hints.ai_family = AF_UNSPEC;
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = ARES_AI_NOSORT;  // sorting opens a socket per address
        ares_getaddrinfo(channel_, text, nullptr, &hints, take, this);
    }

    int set_servers() noexcept {
        const std::string_view servers = options_.servers;
        char text[max_servers_bytes + 1];
        if (servers.empty()) return ARES_SUCCESS;
        if (servers.size() > max_servers_bytes) return ARES_EBADSTR;
        std::memcpy(text, servers.data(), servers.size());
        text[servers.size()] = '\0';
        return ares_set_servers_ports_csv(channel_, text);
    }

    void go_on() noexcept {
        // What c-ares does with one socket may add and remove others.
        watched now[max_watched] = {};
        std::size_t count = 0;
        api::wait_until_any(watched_sockets(), milliseconds{0});
        for (const watched& each : watched_handles())
            if (each.ready) now[count++] = each;
        for (std::size_t i = 0; i < count && !is_over_; ++i)
            ares_process_fd(channel_, now[i].readable ? now[i].socket : ARES_SOCKET_BAD,
                            now[i].writable ? now[i].socket : ARES_SOCKET_BAD);
        if (!is_over_) ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // its times
    }

    [[nodiscard]] wait_for wants() const noexcept {
        if (watched_ == 0) return wait_for::time;
        // A socket that connects, or has something to send, is watched for both, and nothing can be read before that.
        return watched_handles().front().writable ? wait_for::writable : wait_for::readable;
    }

    [[nodiscard]] std::span<watched> watched_sockets() noexcept { return {sockets_, watched_}; }

    /// The smaller one of `at_most` and what is left of the time of c-ares itself.
    [[nodiscard]] milliseconds time_left(milliseconds at_most) const noexcept {
        timeval left = {};
        if (ares_timeout(channel_, nullptr, &left) == nullptr) return at_most;
        const milliseconds own{static_cast<std::int64_t>(left.tv_sec) * 1000 + (left.tv_usec + 999) / 1000};
        return own < at_most ? own : at_most;
    }

    void end(int status) noexcept {
        status_ = status;
        is_over_ = true;
    }

    // ---- what c-ares calls

    static void note_socket(void* self, ares_socket_t socket, int readable, int writable) noexcept {
        auto& me = *static_cast<cares_resolver*>(self);
        std::size_t at = 0;
        while (at < me.watched_ && me.sockets_[at].socket != socket) ++at;
        if (readable != 0 || writable != 0) {
            if (at == max_watched) return;  // more than the system's settings can name
            me.sockets_[at] = {socket, readable != 0, writable != 0, false};
            if (at == me.watched_) ++me.watched_;
        } else if (at < me.watched_) {
            for (--me.watched_; at < me.watched_; ++at) me.sockets_[at] = me.sockets_[at + 1];
        }
    }

    static void take(void* self, int status, int, ares_addrinfo* answer) noexcept {
        auto& me = *static_cast<cares_resolver*>(self);
        me.end(status);
        if (status != ARES_SUCCESS || answer == nullptr) return;
        detail::add_alternating(answer->nodes, true, me.found_);
        ares_freeaddrinfo(answer);
    }

    cares_options options_;
    ares_channel channel_ = nullptr;
    address_list found_;
    instant now_;
    std::size_t watched_ = 0;
    watched sockets_[max_watched];
    int status_ = ARES_SUCCESS;
    bool is_over_ = false;
};
static_assert(resolver<cares_resolver>);

/// A TCP connection that looks names up without blocking.
using cares_socket = basic_tcp_socket<cares_resolver>;
static_assert(timed_transport<cares_socket> && waking_transport<cares_socket> && waiting_transport<cares_socket>);
static_assert(!cares_socket::may_wait);

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#else

#include <superoffice/base/detail/macros_begin.hpp>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

class SUPEROFFICE_SWITCHED_OFF("SUPEROFFICE_WITH_SOCKETS=1") cares_resolver;
class SUPEROFFICE_SWITCHED_OFF("SUPEROFFICE_WITH_SOCKETS=1") cares_socket;

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#include <superoffice/base/detail/macros_end.hpp>

#endif  // SUPEROFFICE_WITH_SOCKETS
#include <superoffice/base/detail/warnings_end.hpp>
#endif
