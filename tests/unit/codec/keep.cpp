// Tests of superoffice/codec/keep.hpp: a decoded struct outlives the reply it came from.
#include <superoffice/codec/json.hpp>
#include <superoffice/codec/keep.hpp>
#include <superoffice/schema/batch_task_info.hpp>

#include <doctest/doctest.h>

#include <support/documented_reply.hpp>

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace {

using superoffice::BatchTaskInfo;

struct everything {
    std::string_view text;
    superoffice::json_text raw;
    superoffice::fixed_text<8> owned;
    superoffice::coded<superoffice::BatchTaskState> State;
    superoffice::unlisted<superoffice::flags<superoffice::ETableRight>> Mask;
    superoffice::TableRight nested;
    int number = 0;
};
BOOST_DESCRIBE_STRUCT(everything, (), (text, raw, owned, State, Mask, nested, number))

template <class T>
superoffice::result<T> decoded(std::string& document) {
    return superoffice::decode<T>(superoffice::compact_reader{},
                                  superoffice::json_document{document.data(), document.size(), document.size()});
}

template <class T>
std::string encoded(const T& value) {
    std::array<char, 4096> room{};
    const auto text = superoffice::encode(value, room);
    REQUIRE(text.has_value());
    return std::string{*text};
}

/// Keeps what the document says, overwrites the document, and tells what is left.
template <class T>
std::string kept_after_overwriting(std::string document, std::span<char> storage) {
    const auto info = decoded<T>(document);
    REQUIRE(info.has_value());
    const auto kept = superoffice::keep(*info, storage);
    REQUIRE(kept.has_value());
    document.assign(document.size(), 'x');
    return encoded(*kept);
}

}  // namespace

TEST_CASE("keep: all 24 documented values survive the document") {
    std::array<char, 1024> storage{};
    CHECK(kept_after_overwriting<BatchTaskInfo>(std::string{documented_reply}, storage) == documented_reply);
}

TEST_CASE("keep: every type that holds a view, unknown texts and numbers among them") {
    const std::string_view documents[] = {
        R"({"text":"a","raw":"b\u0041","owned":"c","State":"Started","Mask":"URI, Odd","nested":{"Mask":"RI","Reason":"d"},"number":7})",
        R"({"text":"","raw":[1,{"x":null}],"owned":"","State":"Sleeping","Mask":"","nested":{"Reason":null},"number":-7})",
        R"({"text":"","raw":"","owned":"","State":77,"nested":{},"number":0})",
        R"({"text":"","raw":null,"owned":"","State":77,"Mask":513,"nested":{},"number":0})",
    };
    for (const std::string_view document : documents) {
        CAPTURE(document);
        std::array<char, 256> storage{};
        CHECK(kept_after_overwriting<everything>(std::string{document}, storage) == document);
    }
}

TEST_CASE("keep: needed() is exact for storage that is too small") {
    std::string document{documented_reply};
    const auto info = decoded<BatchTaskInfo>(document);
    std::array<char, 1024> storage{};
    const auto none = superoffice::keep(*info, {});
    REQUIRE(none.error() == superoffice::errc::memory_too_small);
    const std::size_t needed = none.error().needed();
    CHECK(needed <= documented_reply.size());  // numbers would take the names that they stand for
    CHECK(superoffice::keep(*info, std::span{storage}.first(needed)).has_value());
    const auto less = superoffice::keep(*info, std::span{storage}.first(needed - 1));
    CHECK(less.error() == superoffice::errc::memory_too_small);
    CHECK(less.error().needed() == needed);
}

TEST_CASE("keep: null stays null and absent stays absent") {
    std::string document = R"({"Name":null})";
    const auto info = decoded<BatchTaskInfo>(document);
    const auto kept = superoffice::keep(*info, {});
    REQUIRE(kept.has_value());
    CHECK(kept->Name.is_null());
    CHECK(kept->Description.is_absent());
}

TEST_CASE("keep: nothing is written behind the memory that a text fills to its last byte") {
    std::array<char, 8> room;
    room.fill('#');
    superoffice::detail::text_storage storage{std::span{room}.first(5)};
    CHECK(storage.copy("abc") == "abc");
    CHECK(room[3] == '#');
    CHECK(storage.copy("de") == "de");
    CHECK(storage.fits());
    CHECK(std::string_view{room.data(), room.size()} == "abcde###");
    const std::string_view other = "f";
    CHECK(storage.copy(other).data() == other.data());
    CHECK_FALSE(storage.fits());
    CHECK(storage.size() == 6);
    CHECK(room[5] == '#');
}
