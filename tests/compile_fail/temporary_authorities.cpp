// expect: superoffice: this list is a temporary and would be gone before it is used: give it a name that lives as long as the client and its link
#define SUPEROFFICE_WITH_MBEDTLS 1
#include <superoffice/batch.hpp>

#include <array>

superoffice::certificate_authorities roots;
superoffice::result<void> added = roots.add(std::array<std::byte, 1024>{});
