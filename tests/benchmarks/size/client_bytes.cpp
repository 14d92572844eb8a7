// Prints what a client has of its own, besides the caller's memory and the link.
#include <superoffice/batch.hpp>

#include <cstdio>

int main() {
    using client = superoffice::client<superoffice::mbedtls_socket, superoffice::bearer, superoffice::compact_reader>;
    std::printf("%zu\n", sizeof(client));
}
