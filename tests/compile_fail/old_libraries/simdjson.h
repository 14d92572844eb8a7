// The version before the oldest that is supported.
// SPDX-License-Identifier: BSL-1.0
namespace simdjson {
enum { SIMDJSON_VERSION_MAJOR = 2 };
}
