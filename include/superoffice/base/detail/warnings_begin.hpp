// superoffice/base/detail/warnings_begin.hpp - switches off the warnings that the library cannot avoid; warnings_end.hpp ends that.
// SPDX-License-Identifier: BSL-1.0

// The library's headers cause no warning of -Wall -Wextra -Wconversion. This is for programs that compile with more warnings.
// The umbrella and the opt-in headers include this file before everything else, and warnings_end.hpp at their end. There is
// no include guard.

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"  // your program may have globals named `memory` or `api`
#pragma GCC diagnostic ignored "-Wswitch-default"
#pragma GCC diagnostic ignored "-Wswitch-enum"
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuseless-cast"  // a cast that is useless here is needed where a type has another size
#endif
#endif
