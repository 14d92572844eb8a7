#include "network_link.hpp"

namespace cli {

using superoffice::io_result;
using superoffice::io_state;

io_result timed_resolver::lookup(std::string_view name, superoffice::address_list& into) noexcept {
    const superoffice::instant before = superoffice::tcp_socket::clock::now();
    const io_result r = system_.lookup(name, into);
    took_ = superoffice::tcp_socket::clock::now() - before;
    return r;
}

io_result route::start(const superoffice::peer& to) noexcept {
    if (!is_begun_) {
        is_begun_ = true;
        is_tunnel_ = proxy_.serves(to.host, with_tls_);
        told_ = 0;
        trace_.begins(to, is_tunnel_ ? proxy_.shown() : std::string{});
    }
    const io_result r = is_tunnel_ ? tunnel_.start(to) : tunnel_.link().start(to);
    tell_addresses(is_tunnel_ ? std::string_view{proxy_.address().host} : to.host);
    if (r.state == io_state::ready) trace_.connected(is_tunnel_);
    if (r.state == io_state::failed) is_begun_ = false;
    return r;
}

void route::tell_addresses(std::string_view host) noexcept {
    socket& below = tunnel_.link();
    if (const auto took = below.address_source().take_time(); took) trace_.looked_up(host, below.addresses(), *took);
    for (; told_ < below.tried_addresses(); ++told_) trace_.tries(below.addresses()[told_]);
}

io_result route::receive(std::span<std::byte> into) noexcept {
    const io_result r = is_tunnel_ ? tunnel_.receive(into) : tunnel_.link().receive(into);
    if (r.state == io_state::ready) trace_.carried(0, r.bytes);
    return r;
}

io_result route::transmit(std::span<const std::byte> from) noexcept {
    const io_result r = is_tunnel_ ? tunnel_.transmit(from) : tunnel_.link().transmit(from);
    if (r.state == io_state::ready) trace_.carried(r.bytes, 0);
    return r;
}

void route::stop() noexcept {
    tunnel_.stop();
    is_begun_ = false;
}

}  // namespace cli
