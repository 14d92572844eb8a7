// Tests of superoffice/codec/reader.hpp: a reader that fulfils the contract, and nothing more, is enough.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/codec/compact_reader.hpp>
#include <superoffice/codec/json.hpp>
#include <superoffice/codec/reader.hpp>
#include <superoffice/schema/batch_task_info.hpp>

#include <doctest/doctest.h>

#include "support/decoding.hpp"
#include "support/documented_reply.hpp"

#include <string>
#include <string_view>

namespace so = superoffice;
using so::errc;

namespace {

/// A value with the functions of `json_value` only: no shortcut of `json_shortcuts`.
class bare_value {
  public:
    explicit bare_value(so::compact_reader::value value) noexcept : value_(value) {}

    so::json_kind kind() const noexcept { return value_.kind(); }
    errc null() noexcept { return value_.null(); }
    errc boolean(bool& into) noexcept { return value_.boolean(into); }
    errc number(std::string_view& into) noexcept { return value_.number(into); }
    errc string(so::json_text& into, bool rewrite = false) noexcept { return value_.string(into, rewrite); }
    errc skip() noexcept { return value_.skip(); }
    errc raw(std::string_view& into) noexcept { return value_.raw(into); }
    errc enter(char bracket, bool& more) noexcept { return value_.enter(bracket, more); }
    bool key_is(std::string_view name) noexcept { return value_.key_is(name); }
    errc key(so::json_text& into) noexcept { return value_.key(into); }
    errc next(char closing, bool& more) noexcept { return value_.next(closing, more); }
    void note_fault_place(const char* start, errc code) noexcept { value_.note_fault_place(start, code); }
    bool on(char c) const noexcept { return value_.on(c); }
    const char* place() const noexcept { return value_.place(); }
    std::string_view since(const char* start) const noexcept { return value_.since(start); }
    template <class F>
    errc object(F f) noexcept {
        return value_.object([&f](so::json_text key, so::compact_reader::value& member) noexcept {
            bare_value inner{member};
            return f(key, inner);
        });
    }
    template <class F>
    errc array(F f) noexcept {
        return value_.array([&f](so::compact_reader::value& element) noexcept {
            bare_value inner{element};
            return f(inner);
        });
    }

  private:
    so::compact_reader::value value_;
};
static_assert(so::json_value<bare_value> && !so::json_shortcuts<bare_value>);
static_assert(!so::json_shortcuts<so::compact_reader::value>);

class bare_reader {
  public:
    static constexpr int slack = 0;  // whatever converts is enough
    errc start(const so::json_document& document) noexcept { return reader_.start(document); }
    bare_value root() noexcept { return bare_value{reader_.root()}; }
    errc finish() noexcept { return reader_.finish(); }
    int offset() const noexcept { return static_cast<int>(reader_.offset()); }

  private:
    so::compact_reader reader_;
};
static_assert(so::json_reader<bare_reader>);

struct many {
    so::field<std::int32_t> small;
    std::uint64_t large = 0;
    bool flag = false;
    so::field<so::coded<so::BatchTaskState>> state;
    so::field<so::flags<so::ETableRight>> right;
    so::fixed_text<8> fixed;
    so::json_text raw;
};
BOOST_DESCRIBE_STRUCT(many, (), (small, large, flag, state, right, fixed, raw))

template <class T>
std::string decoded(std::string text) {
    return support::outcome_of(so::decode<T>(bare_reader{}, {text.data(), text.size(), text.size()}));
}

}  // namespace

TEST_CASE("json_reader: a reader of the program gives the same values and errors as the library's") {
    for (const std::string_view text :
         {documented_reply, std::string_view{"{}"}, std::string_view{"null"}, std::string_view{R"({"Id":"x"})"},
          std::string_view{R"({"Name":"a\u0062"})"}, std::string_view{R"({"Other":[1,{"a":nul}]})"}}) {
        CAPTURE(text);
        CHECK(decoded<so::BatchTaskInfo>(std::string{text}) == support::decoded_as<so::BatchTaskInfo>(text));
    }
    for (
        const std::string_view text :
        {R"({"raw":[1,"\n"],"fixed":"a\tb","right":"Select, Update","state":"started","flag":true,"large":18446744073709551615,"small":-12})",
         R"({"small":1234567890,"large":0,"flag":false,"state":4,"right":15,"raw":null})",
         R"({"small":null,"state":null,"right":null})", R"({"flag":1})", R"({"large":-1})", R"({"state":[]})"}) {
        CAPTURE(text);
        CHECK(decoded<many>(std::string{text}) == support::decoded_as<many>(text));
    }
}
