// expect: superoffice: the memory is a std::span<std::byte>: declare it as std::byte memory[1024] or std::array<std::byte, 1024>
#include <superoffice/batch.hpp>

#include <cstdint>

superoffice::byte_transport_archetype link_of_bytes;
std::uint8_t memory_of_integers[1024];
superoffice::client api{link_of_bytes, "https://sod.superoffice.com/Cust12345/api", superoffice::anonymous{},
                        memory_of_integers};
