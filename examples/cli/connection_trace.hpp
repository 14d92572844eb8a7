// connection_trace.hpp - what --trace says of one link: addresses, TLS, messages, bytes and times, and no secret.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_CONNECTION_TRACE_HPP
#define SUPEROFFICE_CLI_CONNECTION_TRACE_HPP

#include "message_trace.hpp"

#include <superoffice/base/peer.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/resolver.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cli {

/// The time in words: " (12 ms)".
std::string duration_text(superoffice::milliseconds took);

/// Prints what happens on a link. Does nothing if it is off.
class connection_trace {
  public:
    using clock = superoffice::instant (*)() noexcept;

    /// `label` names the link. `follows_tenant`: after a 421 the link asks the tenant directory where to go.
    connection_trace(bool is_on, const char* label, bool follows_tenant, clock now);
    connection_trace(const connection_trace&) = delete;
    connection_trace& operator=(const connection_trace&) = delete;

    [[nodiscard]] bool is_on() const { return is_on_; }

    /// Opening a connection. `through`: the proxy, or nothing.
    void begins(const superoffice::peer& to, std::string_view through);
    void looked_up(std::string_view name, const superoffice::address_list& found, superoffice::milliseconds took);
    void tries(const superoffice::ip_address& address);
    void connected(bool by_tunnel);
    void connected_to_proxy(const char* version, const char* cipher);
    void secured(const char* version, const char* cipher, bool is_resumed);
    void failed(const superoffice::io_result& why);

    /// What goes over the connection, without TLS.
    void sent(std::span<const std::byte> bytes);
    void received(std::span<const std::byte> bytes);
    void peer_closed();

    /// What it takes on the way, with TLS.
    void carried(std::size_t sent_bytes, std::size_t received_bytes);
    void stopped();

  private:
    void write_line(const std::string& line) const;
    std::string lap();

    bool is_on_, follows_tenant_, is_open_ = false;
    std::string label_;
    clock now_;
    superoffice::instant began_, mark_;
    std::uint64_t carried_out_ = 0, carried_in_ = 0;
    message_trace requests_, replies_;
    enum class tenant { stays, has_moved, is_asked_for, is_known } tenant_ = tenant::stays;
};

}  // namespace cli
#endif
