// peer.hpp - the same job done by hand over jsmn, which is what the size table compares the library with.
// SPDX-License-Identifier: BSL-1.0
#ifndef TESTS_FIRMWARE_PEER_HPP
#define TESTS_FIRMWARE_PEER_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace peer {

/// A text that is there, null or absent: a view whose data is null where it is not there.
using text = std::string_view;

/// What a careful hand would make of the reply: numbers read, texts without escapes, the state looked up. Dates, rights
/// and maps stay text; nothing is checked that jsmn does not check (UTF-8, numbers, what follows the document).
struct task {
    std::int32_t id, associate, details_table, details_record, start_count, percent;
    bool system, internal;
    std::int8_t state, cancellation;  // -1: unknown
    text name, parameters, last_started, created, serial, context, result, description, response, request,
        progress_description, file_name, table_right, field_properties;
    std::uint32_t present;  // a bit for each property
};

/// False for what is no object of a task.
bool decode(char* data, std::size_t size, task& into) noexcept;

}  // namespace peer
#endif
