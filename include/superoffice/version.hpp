// superoffice/version.hpp - the version of this library; the only place where its number is written.
// SPDX-License-Identifier: BSL-1.0

// Outside the guard, so that a second, different copy of the library in one translation unit is stopped here. The same
// version twice (tree and single header) is harmless.
#if defined(SUPEROFFICE_VERSION_MAJOR) && \
    (SUPEROFFICE_VERSION_MAJOR != 0 || SUPEROFFICE_VERSION_MINOR != 1 || SUPEROFFICE_VERSION_PATCH != 0)
#error "superoffice-batch: two different versions of the library in one translation unit"
#endif

#ifndef SUPEROFFICE_VERSION_HPP
#define SUPEROFFICE_VERSION_HPP

// Before anything that older compilers and modes do not understand. (What g++ 10 says of its C++20 is 201709.)
#if defined(__cplusplus) && __cplusplus < 201709 && (!defined(_MSVC_LANG) || _MSVC_LANG < 201709)
#error "superoffice-batch needs C++20: -std=c++20"
#endif

#define SUPEROFFICE_VERSION_MAJOR 0
#define SUPEROFFICE_VERSION_MINOR 1
#define SUPEROFFICE_VERSION_PATCH 0

/// The same as text, for the User-Agent.
#define SUPEROFFICE_VERSION_TEXT "0.1.0"

#endif
