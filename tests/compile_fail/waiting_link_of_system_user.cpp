// expect: superoffice: this link's start may block for a name lookup: use a resolver that does not, or pass superoffice::allow_waiting_lookup
#include <superoffice/batch.hpp>

#include <span>

struct waiting_link : superoffice::byte_transport_archetype {
    static constexpr bool may_wait = true;
};

struct no_signer {
    superoffice::result<std::size_t> sign(std::string_view, std::span<std::byte>) noexcept {
        return superoffice::error{};
    }
};

void log_in(waiting_link& link, no_signer& key, std::span<std::byte> memory) {
    superoffice::system_user login{link, superoffice::default_login_url, {"token", "secret", "Cust1"}, key, {}, memory};
    login.refused();
}
