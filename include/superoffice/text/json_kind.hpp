// superoffice/text/json_kind.hpp - the kinds of JSON value, and how deep values may nest.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TEXT_JSON_KIND_HPP
#define SUPEROFFICE_TEXT_JSON_KIND_HPP

#include <superoffice/base/config.hpp>

#include <cstddef>
#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// How deep arrays and objects may nest, in each reader of JSON and in XML. The service's reply needs 4. More than 32 does
/// not compile: a word has a bit for each level.
inline constexpr std::size_t json_max_depth = 32;

enum class json_kind : std::uint8_t { object, array, string, number, boolean, null, malformed };

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
