// Tests of superoffice/codec/detail/form.hpp: requests as HTML forms.
#include <superoffice/codec/detail/form.hpp>
#include <superoffice/schema/batch_task_info.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

struct form {
    std::int64_t number = 0;
    bool flag = false;
    std::string_view text;
};
BOOST_DESCRIBE_STRUCT(form, (), (number, flag, text))

struct nested {
    form inner;
};
BOOST_DESCRIBE_STRUCT(nested, (), (inner))

struct optional_members {
    superoffice::field<std::int64_t> first;
    superoffice::field<bool> second;
    superoffice::field<std::string_view> third;
};
BOOST_DESCRIBE_STRUCT(optional_members, (), (first, second, third))

struct foreign_name {
    std::int64_t straße = 0;
    std::int64_t plain_name = 0;
};
BOOST_DESCRIBE_STRUCT(foreign_name, (), (straße, plain_name))

template <class T>
std::string written(const T& value) {
    std::array<char, 256> room{};
    superoffice::json_writer out{room};
    superoffice::detail::write_form(out, value);
    REQUIRE(out.fits());
    return std::string{out.text()};
}

}  // namespace

static_assert(superoffice::detail::is_form<form>);
static_assert(superoffice::detail::is_form<optional_members>);
static_assert(!superoffice::detail::is_form<nested>);
static_assert(superoffice::detail::is_form_text("plain_name"));
static_assert(!superoffice::detail::is_form_text("plain name"));
static_assert(!superoffice::detail::is_form<superoffice::BatchTaskInfo>);

TEST_CASE("form: the call's own body (section 11)") {
    CHECK(written(superoffice::GetBatchTaskInfoRequest{497}) == "Id=497");
    CHECK(written(superoffice::GetBatchTaskInfoRequest{-1}) == "Id=-1");
    CHECK(written(form{}) == "number=0&flag=false&text=");
}

TEST_CASE("form: members are joined, and what is special in a form is escaped") {
    struct row {
        std::string_view text, escaped;
    };
    const row rows[] = {
        {"", ""},
        {"aZ09*-._", "aZ09*-._"},
        {"a b", "a+b"},
        {"a+b&c=d%", "a%2Bb%26c%3Dd%25"},
        {"\xc3\xa5\r\n", "%C3%A5%0D%0A"},
        {std::string_view{"\0", 1}, "%00"},
    };
    for (const row& r : rows) {
        CAPTURE(r.escaped);
        CHECK(written(form{-7, true, r.text}) == "number=-7&flag=true&text=" + std::string{r.escaped});
    }
}

TEST_CASE("form: a field without a value is left out, with its name and its '&'") {
    optional_members value;
    CHECK(written(value).empty());
    value.third = std::string_view{"a b"};
    CHECK(written(value) == "third=a+b");
    value.first = 5;
    CHECK(written(value) == "first=5&third=a+b");
    value.second = false;
    CHECK(written(value) == "first=5&second=false&third=a+b");
    value.first = nullptr;
    CHECK(written(value) == "second=false&third=a+b");
}

TEST_CASE("form: a name is escaped like a text") { CHECK(written(foreign_name{1, 2}) == "stra%C3%9Fe=1&plain_name=2"); }
