// expect: superoffice: this memory is a temporary that is gone before the first call: give it a name, and let it live as long as the client
#include <superoffice/batch.hpp>

#include <array>

superoffice::byte_transport_archetype link_of_bytes;
superoffice::client api{link_of_bytes, "https://sod.superoffice.com/Cust12345/api", superoffice::anonymous{},
                        std::array<std::byte, 1024>{}};
