// superoffice/codec/default_reader.hpp - the reader that is used where none is named.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_DEFAULT_READER_HPP
#define SUPEROFFICE_CODEC_DEFAULT_READER_HPP

#include <superoffice/base/config.hpp>
#if SUPEROFFICE_WITH_SIMDJSON
#include <superoffice/codec/simdjson_reader.hpp>
#else
#include <superoffice/codec/compact_reader.hpp>
#endif

namespace superoffice {
inline namespace SUPEROFFICE_ABI_READER {

#if SUPEROFFICE_WITH_SIMDJSON
using default_reader = simdjson_reader;
#else
using default_reader = compact_reader;
#endif

}  // namespace SUPEROFFICE_ABI_READER
}  // namespace superoffice
#endif
