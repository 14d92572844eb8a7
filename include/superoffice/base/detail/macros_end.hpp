// superoffice/base/detail/macros_end.hpp - removes the macros that macros_begin.hpp defined.
// SPDX-License-Identifier: BSL-1.0

#undef SUPEROFFICE_SWITCHED_OFF
