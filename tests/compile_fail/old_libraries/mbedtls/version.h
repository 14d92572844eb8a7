// The version before the oldest that is supported.
// SPDX-License-Identifier: BSL-1.0
#define MBEDTLS_VERSION_NUMBER 0x021B0000
