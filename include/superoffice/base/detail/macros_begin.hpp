// superoffice/base/detail/macros_begin.hpp - the macros that the library uses inside its headers; macros_end.hpp removes them.
// SPDX-License-Identifier: BSL-1.0

// A header that uses one of these macros includes this file after all its other includes, and macros_end.hpp at its end.
// There is no include guard: each header defines the macros anew. In the single header they stand once, around all parts.

#ifdef SUPEROFFICE_SWITCHED_OFF
#error \
    "superoffice-batch: macros_begin.hpp comes twice: include it after all other headers, and macros_end.hpp at the end"
#endif

// Types that are switched off are still declared, so that using one is an error that names the switch. (g++ 12, clang;
// other compilers only say that the type is incomplete.)
#if defined(__has_attribute)
#if __has_attribute(unavailable)
#define SUPEROFFICE_SWITCHED_OFF(what) \
    __attribute__((unavailable("superoffice: switched off: define " what " for every translation unit")))
#endif
#endif
#ifndef SUPEROFFICE_SWITCHED_OFF
#define SUPEROFFICE_SWITCHED_OFF(what)
#endif
