// superoffice/base/version.hpp - the version of this library; the only place where its number is written.
// SPDX-License-Identifier: BSL-1.0

// Outside the guard, so that a second, different copy of the library in one translation unit is stopped here. The same
// version twice (tree and single header) is harmless.
#if defined(SUPEROFFICE_VERSION_MAJOR) && \
    (SUPEROFFICE_VERSION_MAJOR != 0 || SUPEROFFICE_VERSION_MINOR != 1 || SUPEROFFICE_VERSION_PATCH != 0)
#error "superoffice-batch: two different versions of the library in one translation unit"
#endif

#ifndef SUPEROFFICE_BASE_VERSION_HPP
#define SUPEROFFICE_BASE_VERSION_HPP

#define SUPEROFFICE_VERSION_MAJOR 0
#define SUPEROFFICE_VERSION_MINOR 1
#define SUPEROFFICE_VERSION_PATCH 0

/// The same as text, for the User-Agent.
#define SUPEROFFICE_VERSION_TEXT "0.1.0"

#endif
