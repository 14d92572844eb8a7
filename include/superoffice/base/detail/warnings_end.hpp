// superoffice/base/detail/warnings_end.hpp - ends what warnings_begin.hpp began.
// SPDX-License-Identifier: BSL-1.0

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
