// superoffice/transport/resolver.hpp - finds the addresses of a name: by the system, or from a list that you give.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_RESOLVER_HPP
#define SUPEROFFICE_TRANSPORT_RESOLVER_HPP

#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/ip_address.hpp>
#if SUPEROFFICE_WITH_SOCKETS
#include <superoffice/transport/detail/socket_api.hpp>
#endif

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <superoffice/base/detail/macros_begin.hpp>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// The most addresses of one name that are tried. Four of each family are more than any known service needs.
inline constexpr std::size_t max_addresses = 8;

/// The addresses of one name, in the order in which they are tried.
class address_list {
  public:
    constexpr address_list() noexcept = default;

    /// False, and nothing happens, if the list is full or `address` is empty.
    constexpr bool add(const ip_address& address) noexcept {
        if (size_ == max_addresses || address.size == 0) return false;
        addresses_[size_++] = address;
        return true;
    }
    /// The same for a literal; also false if the text is no literal.
    constexpr bool add(std::string_view literal) noexcept {
        ip_address address;
        return parse_ip_address(literal, address) && add(address);
    }
    constexpr void clear() noexcept { size_ = 0; }

    /// Moves this address to the front; the others keep their order. Nothing happens if it is not in the list.
    constexpr void put_first(const ip_address& address) noexcept {
        std::size_t at = 0;
        while (at < size_ && !(addresses_[at] == address)) ++at;
        if (at == size_) return;
        for (; at > 0; --at) addresses_[at] = addresses_[at - 1];
        addresses_[0] = address;
    }

    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] constexpr const ip_address& operator[](std::size_t i) const noexcept { return addresses_[i]; }

  private:
    ip_address addresses_[max_addresses];
    std::uint8_t size_ = 0;
};

/// Finds the addresses of a name. Never asked for a literal. Its functions are declared `noexcept`.
///
/// `may_wait`            a `static constexpr bool`: true if `lookup` may block for the network.
///
/// `lookup(name, into)`  called again with the same name until it no longer answers `would_block`. `ready`: `into`,
///                       which was empty, holds what was found; to the socket, nothing found is errc::name_not_found.
///                       `failed`: errc::name_not_found or name_lookup_failed, with the native code. `name` is
///                       borrowed for the call.
///
/// `stop()`              gives up a running lookup. Safe at any time.
///
/// A resolver that has sockets of its own also has `wait(wants, at_most)`, as in `waiting_transport`, and
/// `native_handle()`. One that has times of its own also has `tick(now, deadline)` and `wake_at()`, as in
/// `timed_transport` and `waking_transport`.
template <class R>
concept resolver = requires(R& r, std::string_view name, address_list& into) {
    { R::may_wait } -> std::convertible_to<bool>;
    { r.lookup(name, into) } noexcept -> std::same_as<io_result>;
    { r.stop() } noexcept;
};

/// Answers with addresses that the program knows already, for any name. TLS still verifies the name.
class given_addresses {
  public:
    static constexpr bool may_wait = false;

    constexpr given_addresses() noexcept = default;
    constexpr explicit given_addresses(const address_list& addresses) noexcept : addresses_(addresses) {}

    constexpr io_result lookup(std::string_view, address_list& into) noexcept {
        if (addresses_.empty()) return io_result::failed(errc::name_not_found, 0, stage::resolve);
        into = addresses_;
        return io_result::ready();
    }
    constexpr void stop() noexcept {}

  private:
    address_list addresses_;
};
static_assert(resolver<given_addresses>);

#if SUPEROFFICE_WITH_SOCKETS
namespace detail {

/// Adds the addresses of a list that getaddrinfo or c-ares has made: the families alternate (RFC 8305 section 4), and in each
/// family the order stays.
template <class Node>
void add_alternating(const Node* list, bool v6_first, address_list& into) noexcept {
    const auto next_of = [](const Node* at, int family) noexcept {
        while (at != nullptr && (at->ai_family != family || at->ai_addr == nullptr)) at = at->ai_next;
        return at;
    };
    const Node *v4 = next_of(list, AF_INET), *v6 = next_of(list, AF_INET6);
    for (bool turn = v6_first; v4 != nullptr || v6 != nullptr; turn = !turn) {
        const bool is_v6 = v4 == nullptr || (turn && v6 != nullptr);
        const Node*& next = is_v6 ? v6 : v4;
        const int family = is_v6 ? AF_INET6 : AF_INET;
        into.add(socket_api::address_of(next->ai_addr, family));
        next = next_of(next->ai_next, family);
    }
}

}  // namespace detail

/// Asks the system (getaddrinfo), which may block for seconds and cannot be interrupted: it does not know the deadline.
///
/// Takes at most `max_addresses`, in the order of the system (RFC 6724) with the two families alternating (RFC 8305
/// section 4). What the system allocates for its answer is freed before `lookup` returns.
///
/// Errors    errc::name_not_found (EAI_NONAME and similar codes), errc::name_lookup_failed (all others, for example
///           when no name server answered); native is the code of getaddrinfo, unchanged
class system_resolver {
  public:
    static constexpr bool may_wait = true;

    io_result lookup(std::string_view name, address_list& into) noexcept {
        char text[max_host_bytes + 1];
        if (name.empty() || name.size() > max_host_bytes || name.find('\0') != std::string_view::npos)
            return io_result::failed(errc::name_not_found, detail::socket_api::unknown_name, stage::resolve);
        std::memcpy(text, name.data(), name.size());
        text[name.size()] = '\0';

        detail::socket_api::lookup_answer found;
        if (const int code = found.ask(text); code != 0) {
            const bool unknown = detail::socket_api::is_unknown_name(code);
            return io_result::failed(unknown ? errc::name_not_found : errc::name_lookup_failed, code, stage::resolve);
        }
        const auto* const first = found.list();  // there is one: POSIX, getaddrinfo
        detail::add_alternating(first, first->ai_family == AF_INET6, into);
        return io_result::ready();
    }
    void stop() noexcept {}
};
static_assert(resolver<system_resolver>);
#else
class SUPEROFFICE_SWITCHED_OFF("SUPEROFFICE_WITH_SOCKETS=1") system_resolver;
#endif

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#include <superoffice/base/detail/macros_end.hpp>
#endif
