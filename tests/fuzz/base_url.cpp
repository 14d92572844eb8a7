// Fuzz target: base URLs and IP addresses. A parsed URL has only characters that a head may have.
// SPDX-License-Identifier: BSL-1.0
#include "fuzzing.hpp"

#include <superoffice/http/base_url.hpp>
#include <superoffice/transport/ip_address.hpp>

#include <string>

namespace so = superoffice;

namespace {

bool is_visible(std::string_view text) {
    for (const char c : text)
        if (c <= ' ' || c > '~') return false;
    return true;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzzing::exact_memory memory({reinterpret_cast<const char*>(data), size});
    const std::string_view text = memory.text();
    so::ip_address address;
    if (so::parse_ip_address(text, address)) MUST(address.size == 4 || address.size == 16);

    const so::result<so::base_url> url = so::parse_base_url(text);
    if (!url) {
        MUST(url.error().code == so::errc::bad_base_url && url.error().position() <= text.size());
        MUST(std::string_view{so::base_url_fault(url.error())} != so::message(so::errc::bad_base_url));
        return 0;
    }
    MUST(is_visible(text));
    for (const std::string_view part : {url->to.host, url->to.zone, url->authority, url->root,
                                        url->authority_before_zone(), url->authority_behind_zone()})
        MUST(fuzzing::is_within(part, text));
    MUST(!url->to.host.empty() && url->to.host.size() <= so::max_host_bytes && url->to.port != 0);
    MUST(url->to.host.find_first_of("/@?#[]\\") == url->to.host.npos);
    MUST(url->root.empty() || url->root.front() == '/');
    MUST(url->root.find_first_of("?#") == url->root.npos);

    // Put together again it says the same.
    const std::string whole =
        (url->https ? "https://" : "http://") + std::string{url->authority} + std::string{url->root} + "/api/v1/";
    const so::result<so::base_url> again = so::parse_base_url(whole);
    MUST(again && again->https == url->https && again->authority == url->authority && again->root == url->root);
    MUST(again->to.host == url->to.host && again->to.port == url->to.port && again->to.zone == url->to.zone);
    const std::string header = std::string{url->authority_before_zone()} + std::string{url->authority_behind_zone()};
    MUST(header.find('%') == header.npos);
    return 0;
}
