// Uses of the opt-in headers, compiled with warnings that other projects switch on.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/batch.hpp>
#include <superoffice/std_types.hpp>
#include <superoffice/transport/cares_resolver.hpp>
#include <superoffice/xml.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace {

enum class phase : std::uint8_t { Started = 1, Succeeded = 2 };
BOOST_DESCRIBE_ENUM(phase, Started, Succeeded)

struct parameters {
    std::string_view SelectionId;
};
BOOST_DESCRIBE_STRUCT(parameters, (), (SelectionId))

struct task {
    std::int64_t Id = 0;
    std::string Name;
    std::optional<std::int16_t> AssociateId;
    superoffice::field<parameters> ParameterObject;
    superoffice::field<std::chrono::sys_seconds> LastStarted;
    std::optional<std::chrono::local_time<std::chrono::milliseconds>> Created;
    superoffice::field<superoffice::coded<phase>> State;
    superoffice::fixed_text<40> Description;
    superoffice::field_property_map FieldProperties;
};
BOOST_DESCRIBE_STRUCT(task, (),
                      (Id, Name, AssociateId, ParameterObject, LastStarted, Created, State, Description,
                       FieldProperties))

}  // namespace

superoffice::result<std::string_view> round_trip(superoffice::json_document document, std::span<char> into) noexcept {
    superoffice::xml_reader reader;
    const auto json = reader.to_json<task>(document);
    if (!json) return json.error();
    const auto decoded = superoffice::decode<task>(reader, *json);
    if (!decoded) return decoded.error();
    return superoffice::encode(*decoded, into);
}
