// Tests of superoffice/service/detail/stored_request.hpp: the forms in which a request can be written, by its type.
#include <superoffice/codec/compact_reader.hpp>
#include <superoffice/schema/batch_task_info.hpp>
#include <superoffice/service/detail/stored_request.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

using superoffice::request_type;

struct inner {
    std::int32_t B = 2;
};
BOOST_DESCRIBE_STRUCT(inner, (), (B))

struct nested {
    std::int32_t A = 1;
    inner Inner;
};
BOOST_DESCRIBE_STRUCT(nested, (), (A, Inner))

/// Small, but it holds memory.
struct with_memory {
    with_memory() noexcept {}
    with_memory(const with_memory&) noexcept {}
    with_memory& operator=(const with_memory&) = default;
    ~with_memory() = default;
};

constexpr std::size_t most = sizeof(void*) == 8 ? 56 : 32;
static_assert(superoffice::detail::max_request_object_bytes == most);
static_assert(!superoffice::detail::is_borrowed_request<std::array<char, most>>);
static_assert(superoffice::detail::is_borrowed_request<std::array<char, most + 1>>);
static_assert(superoffice::detail::is_borrowed_request<with_memory>);

/// "refused" where it cannot be written.
template <class Request>
std::string_view written(const Request& request, request_type type, std::span<char> room) {
    superoffice::detail::stored_request stored;
    stored.store<superoffice::compact_reader>(request);
    superoffice::json_writer out{room};
    return stored.write_body(out, type) ? out.text() : std::string_view{"refused"};
}

}  // namespace

TEST_CASE("stored_request: a form has no nesting, and XML needs a reader that writes it") {
    const superoffice::GetBatchTaskInfoRequest plain{497};
    const struct {
        request_type type;
        std::string_view plain, nested;
    } rows[] = {{request_type::json, R"({"Id":497})", R"({"A":1,"Inner":{"B":2}})"},
                {request_type::merge_patch, R"({"Id":497})", R"({"A":1,"Inner":{"B":2}})"},
                {request_type::form, "Id=497", "refused"},
                {request_type::xml, "refused", "refused"},
                {request_type::text_xml, "refused", "refused"}};
    for (const auto& row : rows) {
        CAPTURE(superoffice::media_type(row.type));
        std::array<char, 64> room{};
        CHECK(written(plain, row.type, room) == row.plain);
        CHECK(written(nested{}, row.type, room) == row.nested);
    }
}

TEST_CASE(
    "stored_request: nothing of a request with a body goes out with the next one, which is a segment of the path") {
    superoffice::detail::stored_request stored;
    stored.store<superoffice::compact_reader>(superoffice::GetBatchTaskInfoRequest{497});
    CHECK(stored.segment().empty());
    stored.store<superoffice::compact_reader>(superoffice::path_segment{"Cust12345"});
    CHECK(stored.segment() == "Cust12345");
    std::array<char, 64> room{};
    superoffice::json_writer out{room};
    CHECK(stored.write_body(out, request_type::json));
    CHECK(out.text().empty());
    stored.store<superoffice::compact_reader>(superoffice::GetBatchTaskInfoRequest{498});
    CHECK(stored.segment().empty());
    CHECK(stored.write_body(out, request_type::json));
    CHECK(out.text() == R"({"Id":498})");
}
