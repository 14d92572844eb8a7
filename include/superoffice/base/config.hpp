// superoffice/base/config.hpp - every switch: its meaning, its default, and what it changes.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BASE_CONFIG_HPP
#define SUPEROFFICE_BASE_CONFIG_HPP

#include <superoffice/base/version.hpp>

// The compiler stops here: a header that is missing is the one error after which it does not go on.
#if !defined(__cpp_concepts) || __cpp_concepts < 201907L
#error "superoffice-batch: C++20 is needed: -std=c++20, in Meson cpp_std=c++20, in CMake cxx_std_20"
#include <superoffice-batch_needs_C++20>
#endif

// Each switch is 0 or 1; unset means 0. Nothing is ever sniffed from what happens to be installed: two translation
// units built with the same command see the same library.

/// 1: `simdjson_reader` exists and is the default reader. Needs simdjson 3.0 or later, its header and its library.
#ifndef SUPEROFFICE_WITH_SIMDJSON
#define SUPEROFFICE_WITH_SIMDJSON 0
#endif

/// 1: `tls<Link>` exists. Needs mbedTLS 2.28 or later: mbedtls, mbedx509, mbedcrypto.
#ifndef SUPEROFFICE_WITH_MBEDTLS
#define SUPEROFFICE_WITH_MBEDTLS 0
#endif

/// 1: `tcp_socket` exists (POSIX sockets or Winsock); together with the one above also `mbedtls_socket`.
#ifndef SUPEROFFICE_WITH_SOCKETS
#define SUPEROFFICE_WITH_SOCKETS 0
#endif

/// 1: of simdjson.h, only the code for the processor that the compiler works for is compiled where it is included through
/// this library. With simdjson 3.0 and 3.1, which bring the code for every kind along, this saves a quarter of a client's
/// compile time (g++ 12, `./tests/bench compile`); later ones leave it out themselves. It changes nothing that runs:
/// which kernel does is decided in simdjson's own library. Not for a translation unit that includes simdjson.cpp behind
/// this one: the kernels would be missing there.
#ifndef SUPEROFFICE_SIMDJSON_BUILTIN_ONLY
#define SUPEROFFICE_SIMDJSON_BUILTIN_ONLY 0
#endif

#if (SUPEROFFICE_WITH_SIMDJSON != 0 && SUPEROFFICE_WITH_SIMDJSON != 1) || \
    (SUPEROFFICE_WITH_MBEDTLS != 0 && SUPEROFFICE_WITH_MBEDTLS != 1) || \
    (SUPEROFFICE_WITH_SOCKETS != 0 && SUPEROFFICE_WITH_SOCKETS != 1) || \
    (SUPEROFFICE_SIMDJSON_BUILTIN_ONLY != 0 && SUPEROFFICE_SIMDJSON_BUILTIN_ONLY != 1)
#error \
    "superoffice-batch: SUPEROFFICE_WITH_SIMDJSON, _MBEDTLS, _SOCKETS and SUPEROFFICE_SIMDJSON_BUILTIN_ONLY are 0 or 1"
#endif

// A word, such as ON, is 0 to #if and to nothing else.
static_assert(SUPEROFFICE_WITH_SIMDJSON + SUPEROFFICE_WITH_MBEDTLS + SUPEROFFICE_WITH_SOCKETS +
                      SUPEROFFICE_SIMDJSON_BUILTIN_ONLY >=
                  0,
              "superoffice-batch: these switches are 0 or 1");

/// Inline namespaces. Everything lives in one that names the version; what a switch changes (the default reader, and so
/// the client) lives in one that names the switch too, so that objects built with different settings cannot be linked
/// into one another by mistake. Schema types carry the version only.
#define SUPEROFFICE_ABI v0_1
#if SUPEROFFICE_WITH_SIMDJSON
#define SUPEROFFICE_ABI_READER v0_1_simdjson
#else
#define SUPEROFFICE_ABI_READER v0_1_compact
#endif

#endif
