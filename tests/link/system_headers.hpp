// What programs include before the library. Standard library and Boost do not withstand the macros of some platforms, so they
// come before those macros, as in programs.
#ifndef SYSTEM_HEADERS_HPP
#define SYSTEM_HEADERS_HPP

#include <array>
#include <bit>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <limits>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#if __has_include(<unistd.h>)
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>
#endif
#if __has_include(<expat.h>)
#include <expat.h>
#endif
#if __has_include(<ares.h>)
#include <ares.h>
#endif
#if SUPEROFFICE_WITH_SIMDJSON
#include <simdjson.h>
#endif
#if SUPEROFFICE_WITH_MBEDTLS
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/pk.h>
#include <mbedtls/platform.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/sha256.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ciphersuites.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#endif

#endif
