// expect: superoffice: this link's start may block for a name lookup: use a resolver that does not, or pass superoffice::allow_waiting_lookup
#include <superoffice/batch.hpp>

#include <span>

struct waiting_link : superoffice::byte_transport_archetype {
    static constexpr bool may_wait = true;
};

void log_in(waiting_link& link, std::span<std::byte> memory) {
    superoffice::refreshing_bearer login{link, superoffice::default_login_url, {"id"}, "token", memory};
    login.refused();
}
