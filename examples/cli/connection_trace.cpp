#include "connection_trace.hpp"

#include "complaint.hpp"
#include "visible_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace cli {
namespace {

std::string ipv4_text(const std::uint8_t* bytes) {
    std::string text = std::to_string(bytes[0]);
    for (int i = 1; i < 4; ++i) text += "." + std::to_string(bytes[i]);
    return text;
}

/// RFC 5952: lower case, no leading zeros, the longest run of zeros as "::".
std::string ipv6_text(const std::uint8_t* bytes) {
    std::array<unsigned, 8> groups{};
    for (std::size_t i = 0; i < 8; ++i) groups[i] = bytes[2 * i] * 256U + bytes[2 * i + 1];
    std::size_t first = 8, longest = 1;
    for (std::size_t i = 0; i < 8; ++i) {
        std::size_t run = 0;
        while (i + run < 8 && groups[i + run] == 0) ++run;
        if (run <= longest) continue;
        first = i;
        longest = run;
    }
    std::string text;
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == first) {
            text += "::";
            i += longest - 1;
            continue;
        }
        std::array<char, 8> group{};
        std::snprintf(group.data(), group.size(), "%x", groups[i]);
        if (!text.empty() && text.back() != ':') text += ':';
        text += group.data();
    }
    return text;
}

std::string text_of(const superoffice::ip_address& address) {
    return address.is_v6() ? ipv6_text(address.bytes) : ipv4_text(address.bytes);
}

}  // namespace

std::string duration_text(superoffice::milliseconds took) { return " (" + std::to_string(took.count()) + " ms)"; }

connection_trace::connection_trace(bool is_on, const char* label, bool follows_tenant, clock now)
    : is_on_(is_on), follows_tenant_(follows_tenant), label_(label), now_(now),
      requests_(
          message_trace::kind::requests, [this](const std::string& line) { write_line("> " + line); },
          [] { return std::string{}; }),
      replies_(
          message_trace::kind::replies, [this](const std::string& line) { write_line("< " + line); },
          [this] { return lap(); }) {}

void connection_trace::write_line(const std::string& line) const { trace(label_ + ": " + line); }

std::string connection_trace::lap() {
    const superoffice::instant before = mark_;
    mark_ = now_();
    return duration_text(mark_ - before);
}

void connection_trace::begins(const superoffice::peer& to, std::string_view through) {
    if (!is_on_) return;
    if (tenant_ == tenant::is_known) write_line("the tenant directory knows where the tenant is now");
    if (tenant_ == tenant::has_moved) write_line("the tenant has moved: asks the tenant directory");
    tenant_ = tenant_ == tenant::has_moved ? tenant::is_asked_for : tenant::stays;
    began_ = mark_ = now_();
    carried_out_ = carried_in_ = 0;
    const bool is_v6 = to.host.find(':') != to.host.npos;
    std::string line = "connects to " + std::string{is_v6 ? "[" : ""} + visible(to.host) + (is_v6 ? "]:" : ":") +
                       std::to_string(to.port);
    if (!through.empty()) line.append(" through the proxy ").append(visible(through));
    write_line(line);
}

void connection_trace::looked_up(std::string_view name, const superoffice::address_list& found,
                                 superoffice::milliseconds took) {
    if (!is_on_) return;
    std::string line = "the name " + visible(name) + " has " + (found.empty() ? "no address" : "the addresses");
    for (std::size_t i = 0; i < found.size(); ++i) line.append(i == 0 ? " " : ", ").append(text_of(found[i]));
    write_line(line + duration_text(took));
    mark_ = now_();
}

void connection_trace::tries(const superoffice::ip_address& address) {
    if (is_on_) write_line("tries " + text_of(address));
}

void connection_trace::connected(bool by_tunnel) {
    if (!is_on_) return;
    is_open_ = true;
    write_line((by_tunnel ? "the proxy is connected" : "connected") + lap());
}

void connection_trace::connected_to_proxy(const char* version, const char* cipher) {
    if (!is_on_) return;
    is_open_ = true;
    write_line("the proxy is connected, by " + std::string{version} + ", " + cipher + lap());
}

void connection_trace::secured(const char* version, const char* cipher, bool is_resumed) {
    if (!is_on_) return;
    write_line(std::string{version} + ", " + cipher + (is_resumed ? ", a resumed session" : ", a new session") + lap());
}

void connection_trace::failed(const superoffice::io_result& why) {
    if (!is_on_) return;
    requests_.end();
    replies_.end();
    std::string line = "failed";
    if (why.at != superoffice::stage::none) line.append(" at ").append(name(why.at));
    line.append(": ").append(superoffice::message(why.code));
    if (why.native != 0) line.append(", native ").append(std::to_string(why.native));
    write_line(line + duration_text(now_() - began_));
}

void connection_trace::sent(std::span<const std::byte> bytes) {
    if (!is_on_) return;
    if (!requests_.is_within()) replies_.end();
    requests_.take(bytes);
    mark_ = now_();
}

void connection_trace::received(std::span<const std::byte> bytes) {
    if (!is_on_) return;
    replies_.take(bytes);
    if (tenant_ == tenant::stays && follows_tenant_ && replies_.status() == 421) tenant_ = tenant::has_moved;
    if (tenant_ == tenant::is_asked_for && replies_.status() == 200) tenant_ = tenant::is_known;
}

void connection_trace::peer_closed() {
    if (!is_on_) return;
    replies_.end();
    write_line("the server closed the connection");
}

void connection_trace::carried(std::size_t sent_bytes, std::size_t received_bytes) {
    carried_out_ += sent_bytes;
    carried_in_ += received_bytes;
}

void connection_trace::stopped() {
    if (!is_on_ || !is_open_) return;
    requests_.end();
    replies_.end();
    is_open_ = false;
    write_line("closed: " + std::to_string(carried_out_) + " bytes sent, " + std::to_string(carried_in_) +
               " bytes received" + duration_text(now_() - began_));
}

}  // namespace cli
