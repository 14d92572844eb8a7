#include "network_link.hpp"

#include "circumstances.hpp"

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
        way_ = !proxy_.serves(to.host, with_tls_) ? way::direct : proxy_.is_secure() ? way::secure_tunnel : way::tunnel;
        traced_ = 0;
        if (way_ == way::direct)
            note_no_proxy();
        else
            note_proxy(proxy_.shown(), proxy_.source());
        trace_.begins(to, way_ == way::direct ? std::string{} : proxy_.shown());
    }
    const io_result r = with_link([&](auto& link) noexcept { return link.start(to); });
    tell_addresses(way_ == way::direct ? to.host : std::string_view{proxy_.address().host});
    if (r.state == io_state::ready) {
        note_no_proxy();
        if (way_ == way::secure_tunnel)
            trace_.connected_to_proxy(secure_tunnel_->link().version(), secure_tunnel_->link().ciphersuite());
        else
            trace_.connected(way_ == way::tunnel);
    }
    if (r.state == io_state::failed) is_begun_ = false;
    return r;
}

void route::tell_addresses(std::string_view host) noexcept {
    if (const auto took = below().address_source().take_time(); took)
        trace_.looked_up(host, below().addresses(), *took);
    for (; traced_ < below().tried_addresses(); ++traced_) trace_.tries(below().addresses()[traced_]);
}

io_result route::receive(std::span<std::byte> into) noexcept {
    const io_result r = with_link([&](auto& link) noexcept { return link.receive(into); });
    if (r.state == io_state::ready) trace_.carried(0, r.bytes);
    return r;
}

io_result route::transmit(std::span<const std::byte> from) noexcept {
    const io_result r = with_link([&](auto& link) noexcept { return link.transmit(from); });
    if (r.state == io_state::ready) trace_.carried(r.bytes, 0);
    return r;
}

void route::wait(superoffice::wait_for wants, superoffice::milliseconds at_most) noexcept {
    with_link([&](auto& link) noexcept { link.wait(wants, at_most); });
}

void route::stop() noexcept {
    tunnel_.stop();
    if (secure_tunnel_) secure_tunnel_->stop();
    is_begun_ = false;
}

}  // namespace cli
