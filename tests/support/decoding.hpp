// tests/support/decoding.hpp - decodes a text with every reader, and gives the outcome as text.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_SUPPORT_DECODING_HPP
#define SUPEROFFICE_TESTS_SUPPORT_DECODING_HPP

#include <superoffice/codec/compact_reader.hpp>
#include <superoffice/codec/json.hpp>
#include <superoffice/codec/simdjson_reader.hpp>

#include <doctest/doctest.h>

#include "support/guard_page.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

template <class T>
std::string encoded(const T& value) {
    std::string text(superoffice::encode(value, {}).error().needed(), '\0');
    const auto written = superoffice::encode(value, text);
    REQUIRE(written.has_value());
    CHECK(written->size() == text.size());
    return text;
}

/// Calls f(result<T>) for each reader. The compact one has its document end at a page that nobody may touch; behind the
/// other one's stands what could be taken for more of it.
template <class T, class F>
void decode_each(std::string_view text, F f) {
    static guard_page page{256 * 1024};
    char* const guarded = page.place(text);
    f(superoffice::decode<T>(superoffice::compact_reader{}, {guarded, text.size(), text.size()}));
#if SUPEROFFICE_WITH_SIMDJSON
    std::vector<char> padded(text.begin(), text.end());
    padded.resize(text.size() + superoffice::simdjson_reader::slack, '}');
    superoffice::simdjson_reader reader{text.size()};
    f(superoffice::decode<T>(reader, {padded.data(), text.size(), padded.size()}));
#endif
}

/// The value written as JSON; or "wrong_kind 12 Name", the error with its offset and member.
template <class T>
std::string outcome_of(const superoffice::result<T>& answer) {
    if (answer.has_value()) return encoded(*answer);
    const superoffice::error& e = answer.error();
    CHECK(e.stage == superoffice::stage::decode);
    CHECK(e.native == 0);
    CHECK(e.http_status == 0);
    std::string told = std::string{superoffice::name(e.code)} + ' ' + std::to_string(e.offset);
    if (const std::string_view member = superoffice::member_name<T>(e); !member.empty()) (told += ' ') += member;
    return told;
}

/// The outcome of decoding the text, the same with every reader.
template <class T>
std::string decoded_as(std::string_view text) {
    std::vector<std::string> outcomes;
    decode_each<T>(text, [&](const auto& answer) { outcomes.push_back(outcome_of(answer)); });
    for (const std::string& outcome : outcomes) CHECK(outcome == outcomes.front());
    return outcomes.front();
}

}  // namespace support

#endif
