// math.h - functions where glibc has macros without a GNU compiler.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include_next <math.h>

#undef isnan
#undef isinf
bool isnan(double) noexcept;
bool isinf(double) noexcept;
