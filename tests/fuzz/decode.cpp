// Fuzz target: decode<T> with both readers. They accept the same documents, give the same struct, and name the same fault.
// SPDX-License-Identifier: BSL-1.0
#include "fuzzing.hpp"

#include <superoffice/codec/compact_reader.hpp>
#include <superoffice/codec/json.hpp>
#include <superoffice/codec/simdjson_reader.hpp>
#include <superoffice/schema/batch_task_info.hpp>

#include <string>
#include <tuple>

namespace so = superoffice;
using fuzzing::exact_memory;

namespace {

/// A program's own struct: few members, some of them no fields.
struct narrow {
    std::int32_t Id = -1;
    bool IsSystemTask = true;
    so::field<so::coded<so::BatchTaskState>> State;
    so::fixed_text<8> Name;
    so::field<so::string_map> ParameterObject;
};
BOOST_DESCRIBE_STRUCT(narrow, (), (Id, IsSystemTask, State, Name, ParameterObject))

template <class T>
std::string written(const T& value) {
    std::string text(so::encode(value, {}).error().needed(), '\0');
    MUST(so::encode(value, text).has_value());
    return text;
}

/// A map that was taken can be walked: as often as wanted, with the same answers, and nothing can fail.
template <class Map>
void walk(const Map& map, std::string_view document) {
    MUST(fuzzing::is_within(map.raw(), document));
    std::size_t members = 0;
    for (const auto& [key, value] : map) {
        ++members;
        exact_memory room(key.unescaped_size());
        const auto name = key.copy({room.data(), room.size()});
        MUST(name.has_value() && name->size() == room.size());
        MUST(key == *name && !map.find(*name).is_absent());
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, so::json_text>) {
            MUST(fuzzing::is_within(value.raw(), document));
            exact_memory text(value.unescaped_size());
            MUST(value.copy({text.data(), text.size()}).has_value());
        }
    }
    MUST(members == map.size() && map.empty() == (members == 0));
}

std::tuple<so::errc, std::uint32_t, std::uint16_t> fault(const so::error& e) { return {e.code, e.offset, e.member}; }

/// The differences that simdjson_reader.hpp tells of. Of several faults, simdjson's reader may name the one that makes the
/// text no JSON, before any that it would meet on the way; and where the text ends too early, another member.
bool may_differ(const so::error& one, const so::error& e, std::string_view text) {
    if (e.code == so::errc::bad_json && e.offset == text.size() && one.code == e.code && one.offset == e.offset)
        return true;
    exact_memory copy(text);
    so::compact_reader reader;
    so::errc code = reader.start({copy.data(), copy.size(), copy.size()});
    if (code == so::errc::ok) code = reader.root().skip();
    if (code == so::errc::ok) code = reader.finish();
    return e.code == code && e.offset == reader.offset() && e.member == 0;
}

/// The struct, written as JSON, and what its maps say.
template <class T>
std::string told(const so::result<T>& answer, const exact_memory& document) {
    if constexpr (requires { answer->FieldProperties; })
        if (answer->FieldProperties) walk(*answer->FieldProperties, document.text());
    if (answer->ParameterObject) {
        walk(*answer->ParameterObject, document.text());
        exact_memory room(answer->ParameterObject->raw().size());
        static_cast<void>(answer->ParameterObject->template as<narrow>());
        static_cast<void>(answer->ParameterObject->template as<narrow>({room.data(), room.size()}));
    }
    return written(*answer);
}

template <class T>
void compare(std::string_view text, char filler) {
    static so::simdjson_reader fast{1 << 16};
    exact_memory tight(text), padded(text, so::simdjson_reader::slack, filler);
    const so::result<T> one = so::decode<T>(so::compact_reader{}, {tight.data(), text.size(), tight.size()});
    const so::result<T> other = so::decode<T>(fast, {padded.data(), text.size(), padded.size()});
    MUST(one.has_value() == other.has_value());
    if (!one) {
        MUST(one.error().offset <= text.size());
        MUST(fault(one.error()) == fault(other.error()) || may_differ(one.error(), other.error(), text));
        return;
    }
    const std::string json = told(one, tight);
    MUST(json == told(other, padded));
    // What is written is JSON of the same value.
    exact_memory again(json);
    const so::result<T> back = so::decode<T>(so::compact_reader{}, {again.data(), again.size(), again.size()});
    MUST(back.has_value() && written(*back) == json);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzzing::input in{data, size};
    const auto filler = static_cast<char>(in.number());  // behind the document: could be taken for more of it
    compare<so::BatchTaskInfo>(in.rest(), filler);
    compare<narrow>(in.rest(), filler);
    return 0;
}
