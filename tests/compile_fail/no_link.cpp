// expect: superoffice: this is no link: give what models byte_transport (it carries bytes) or http_transport (it carries whole HTTP calls)
#include <superoffice/batch.hpp>

#include <array>

struct half_a_link {
    static constexpr bool may_wait = false;
    superoffice::io_result start(const superoffice::peer&) noexcept;
};

void make(half_a_link& link, std::array<std::byte, 1024>& memory) {
    superoffice::client api{link, "https://example.com", superoffice::bearer{"8A:token"}, memory};
}
