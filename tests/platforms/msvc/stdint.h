// stdint.h - clang's own types: glibc's long has 64 bits, Microsoft's has 32.
// SPDX-License-Identifier: BSL-1.0
#pragma once

#undef __STDC_HOSTED__
#define __STDC_HOSTED__ 0
#include_next <stdint.h>
#undef __STDC_HOSTED__
#define __STDC_HOSTED__ 1
