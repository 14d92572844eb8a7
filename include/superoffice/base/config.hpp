// superoffice/base/config.hpp - every switch: its meaning, its default, and what it changes.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BASE_CONFIG_HPP
#define SUPEROFFICE_BASE_CONFIG_HPP

#include <superoffice/base/version.hpp>

// Under an older standard this is the first and only error: a missing header makes the compiler stop.
#if !defined(__cpp_concepts) || __cpp_concepts < 201907L
#error "superoffice-batch: C++20 is needed: -std=c++20, in Meson cpp_std=c++20, in CMake cxx_std_20"
#include <superoffice-batch_needs_C++20>
#endif

// Each switch is 0 or 1; unset means 0. The library never looks for what happens to be installed: two translation units
// built with the same command see the same library.

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

/// 1: where this library includes simdjson.h, only the code for the compiler's target processor is compiled. With simdjson
/// 3.0 and 3.1, whose header holds the code for every processor, this saves a quarter of the compile time of a client
/// (g++ 12, `./tests/bench compile`); later versions leave it out themselves. The program runs the same code: simdjson's
/// own library decides which kernel that is. Leave it 0 in a translation unit that also includes simdjson.cpp, where the
/// kernels would be missing.
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

// #if reads a word such as ON as 0; here it does not compile.
static_assert(SUPEROFFICE_WITH_SIMDJSON + SUPEROFFICE_WITH_MBEDTLS + SUPEROFFICE_WITH_SOCKETS +
                      SUPEROFFICE_SIMDJSON_BUILTIN_ONLY >=
                  0,
              "superoffice-batch: these switches are 0 or 1");

/// Inline namespaces. Every name lies in one with the version. What a switch changes (the default reader, and so the client)
/// lies in one that also names the switch, so that objects built with different settings cannot be linked together by
/// mistake. Schema types carry only the version.
#define SUPEROFFICE_ABI v0_1
#if SUPEROFFICE_WITH_SIMDJSON
#define SUPEROFFICE_ABI_READER v0_1_simdjson
#else
#define SUPEROFFICE_ABI_READER v0_1_compact
#endif

#endif
