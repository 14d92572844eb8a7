// expect: superoffice: this is no credential: give basic, ticket, bearer, session, anonymous, or whatever models credential_source (or a pointer to it)
#include <superoffice/batch.hpp>

#include <array>

void make(superoffice::scripted& link, std::array<std::byte, 1024>& memory) {
    superoffice::client api{link, "https://example.com", "8A:token", memory};
}
