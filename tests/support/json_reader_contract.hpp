// The promises of superoffice/codec/reader.hpp, as checks that run with each reader.
#ifndef SUPEROFFICE_TESTS_SUPPORT_JSON_READER_CONTRACT_HPP
#define SUPEROFFICE_TESTS_SUPPORT_JSON_READER_CONTRACT_HPP

#include "support/counting_heap.hpp"
#include "support/json_cases.hpp"
#include "support/json_reading.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace support {

/// A document in memory of its own, as a reader wants it.
template <class Reader>
class document_of {
  public:
    explicit document_of(std::string_view text) : size_(text.size()), memory_(text.begin(), text.end()) {
        memory_.resize(size_ + Reader::slack, ']');
    }
    json_document get() { return {memory_.data(), size_, memory_.size()}; }

  private:
    std::size_t size_;
    std::vector<char> memory_;
};

template <class Reader>
void check_cases(Reader& reader) {
    for (const manner how : {manner::visit, manner::rewrite, manner::skip, manner::raw}) {
        CAPTURE(static_cast<int>(how));
        for (const std::string_view text : good_documents) {
            CAPTURE(text);
            const reading made = read_json(reader, text, how);
            CHECK(made.code == errc::ok);
            if (how == manner::rewrite) CHECK(made.events == read_json(reader, text, manner::visit).events);
        }
        for (const malformed_document& bad : malformed_documents) {
            CAPTURE(bad.text);
            const reading made = read_json(reader, bad.text, how);
            CHECK(made.code == bad.code);
            CHECK(made.offset == bad.offset);
        }
    }
}

template <class Reader>
void check_kinds(Reader& reader) {
    struct row {
        std::string_view text;
        json_kind kind;
    };
    constexpr row rows[] = {
        {"{}", json_kind::object},     {"[]", json_kind::array},  {"\"a\"", json_kind::string},
        {"-1", json_kind::number},     {"7", json_kind::number},  {"true", json_kind::boolean},
        {"false", json_kind::boolean}, {"null", json_kind::null}, {"x", json_kind::malformed},
    };
    // Each value alone, and as an element: asked as everything else first, which consumes nothing, then as what it is.
    for (const bool alone : {true, false}) {
        for (const row& r : rows) {
            CAPTURE(r.text);
            const std::string text = alone ? std::string(r.text) : "[" + std::string(r.text) + "]";
            document_of<Reader> document{text};
            const auto check = [&r](auto& value) noexcept {
                using is = json_kind;
                CHECK(value.kind() == r.kind);
                const errc otherwise = r.kind == is::malformed ? errc::bad_json : errc::wrong_kind;
                bool flag = false;
                std::string_view number;
                json_text token;
                if (r.kind != is::null) CHECK(value.null() == otherwise);
                if (r.kind != is::boolean) CHECK(value.boolean(flag) == otherwise);
                if (r.kind != is::number) CHECK(value.number(number) == otherwise);
                if (r.kind != is::string) CHECK(value.string(token) == otherwise);
                if (r.kind != is::object) CHECK(value.object(superoffice::detail::any_member{}) == otherwise);
                if (r.kind != is::array) CHECK(value.array(superoffice::detail::any_element{}) == otherwise);
                std::string events;
                return visit(value, events);
            };
            CHECK(reader.start(document.get()) == errc::ok);
            auto root = reader.root();
            const errc code = alone ? check(root) : root.array(check);
            CHECK(code == (r.kind == json_kind::malformed ? errc::bad_json : errc::ok));
            if (code == errc::ok)
                CHECK(reader.finish() == errc::ok);
            else
                CHECK(reader.offset() == (alone ? 0 : 1));
        }
    }
}

template <class Reader>
void check_values(Reader& reader) {
    document_of<Reader> document{
        R"( {"n" : -1.5e3 , "t":true,"f":false, "s":"a\n\u00e5", "plain": "x" ,"r" : [ 1 , {"a":"]"} ] } )"};
    CHECK(reader.start(document.get()) == errc::ok);
    std::string seen;
    const errc code = reader.root().object([&seen](json_text key, auto& member) noexcept {
        bool flag = false;
        std::string_view view;
        json_text token;
        errc answer = errc::ok;
        seen += key.plain();
        if (key == "n") answer = member.number(view);
        if (key == "t" || key == "f") answer = member.boolean(flag);
        if (key == "s" || key == "plain") answer = member.string(token);
        if (key == "r") answer = member.raw(view);
        seen += flag ? "=true" : "=";
        ((seen += view) += token.raw()) += token.is_escaped() ? " escaped;" : ";";
        return answer;
    });
    CHECK(code == errc::ok);
    CHECK(reader.finish() == errc::ok);
    CHECK(seen == R"(n=-1.5e3;t=true;f=;s="a\n\u00e5" escaped;plain="x";r=[ 1 , {"a":"]"} ];)");
}

/// Reads everything, and answers what it is told to when it meets "stop".
struct stopping_visitor {
    errc answer;
    template <class Value>
    errc operator()(Value& value) const noexcept {
        if (value.kind() == json_kind::array) return value.array(*this);
        if (value.kind() == json_kind::object)
            return value.object([this](json_text, Value& member) noexcept { return (*this)(member); });
        json_text token;
        if (value.kind() != json_kind::string) return value.skip();
        const errc code = value.string(token);
        return code == errc::ok && token == "stop" ? answer : code;
    }
};

/// What the function given to `object` or `array` answers is passed on, and the offset is the value's that it refused.
template <class Reader>
void check_passing_on(Reader& reader) {
    struct row {
        std::string_view text;
        errc answer;
        std::size_t offset;
    };
    constexpr row rows[] = {
        {R"({"a":[1,{"b": "stop"},2],"c":3})", errc::bad_date, 14},
        {R"({"a":[1,{"b": "stop"},2],"c":3})", errc::wrong_kind, 14},
        {R"({"a":[1,2,"stop"]})", errc::out_of_range, 10},
        {R"(["stop"])", errc::text_too_long, 1},
        {R"({"x":"stop"})", errc::unknown_enumerator, 5},
    };
    for (const row& r : rows) {
        CAPTURE(r.text);
        document_of<Reader> document{r.text};
        CHECK(reader.start(document.get()) == errc::ok);
        auto root = reader.root();
        CHECK(stopping_visitor{r.answer}(root) == r.answer);
        CHECK(reader.offset() == r.offset);
    }
}

/// Strings, alone and in arrays. What was rewritten stays where it is while the rest is read.
struct unescaping_visitor {
    std::string& seen;
    template <class Value>
    errc operator()(Value& value) const noexcept {
        if (value.kind() == json_kind::array) return value.array(*this);
        json_text token;
        const errc code = value.string(token, true);
        if (code == errc::ok) (seen += token.plain()) += ';';
        return code;
    }
};

/// Escapes may be rewritten where they stand while the rest is still to be read.
template <class Reader>
void check_unescaping(Reader& reader) {
    document_of<Reader> document{R"({"a\n":"\u0041\"","b":["\\","\ud83d\ude00"],"c":"\t"})"};
    CHECK(reader.start(document.get()) == errc::ok);
    std::string seen;
    const errc code = reader.root().object([&seen](json_text key, auto& member) noexcept {
        char room[8];
        (seen += key.copy(room).value_or("?")) += '=';
        return unescaping_visitor{seen}(member);
    });
    CHECK(code == errc::ok);
    CHECK(reader.finish() == errc::ok);
    CHECK(seen == "a\n=A\";b=\\;\xF0\x9F\x98\x80;c=\t;");
}

/// No allocation in reading, whether the document is good or not.
template <class Reader>
void check_heap(Reader& reader) {
    std::vector<document_of<Reader>> documents;
    for (const std::string_view text : good_documents) documents.emplace_back(text);
    for (const malformed_document& bad : malformed_documents) documents.emplace_back(bad.text);
    std::string_view raw;
    std::size_t good = 0;
    const allocation_count count;
    for (auto& document : documents) {
        errc code = reader.start(document.get());
        if (code == errc::ok) code = reader.root().raw(raw);
        if (code == errc::ok) code = reader.finish();
        good += code == errc::ok ? 1U : 0U;
    }
    CHECK(count.so_far() == 0);
    CHECK(good == std::size(good_documents));
}

/// Whether the key of `{"ab":1}` is the expected one, and what is read then.
template <class Reader>
void check_expected_key(Reader& reader) {
    struct row {
        std::string_view text, name;
        bool is_it;
        errc code = errc::ok;
    };
    constexpr bool it_is = true, it_is_not = false;
    constexpr row rows[] = {
        {R"({"ab":1})", "ab", it_is},
        {R"({"ab": 1 })", "ab", it_is},
        {R"({"":1})", "", it_is},
        {R"({"ab":1})", "abc", it_is_not},
        {R"({"ab":1})", "a", it_is_not},
        {R"({"ab":1})", "ac", it_is_not},
        {R"({"ab":1})", "bb", it_is_not},
        {R"({"ab":1})", "", it_is_not},
        {R"({"":1})", "ab", it_is_not},
        {R"({"ab" :1})", "ab", it_is_not},          // the colon is not at once behind it
        {R"({"ab" :1})", R"(ab")", it_is_not},      // a key ends at its quote
        {R"({"a\u0062":1})", "ab", it_is_not},      // with an escape
        {R"({"a\u0062":1})", R"(a\u0062)", it_is},  // a name is compared as the document writes it
        {R"({1234:1})", "23", it_is_not, errc::bad_json},
    };
    for (const row& r : rows) {
        CAPTURE(r.text);
        CAPTURE(r.name);
        document_of<Reader> document{r.text};
        CHECK(reader.start(document.get()) == errc::ok);
        auto value = reader.root();
        bool more = false;
        CHECK(value.enter('{', more) == errc::ok);
        CHECK(more);
        CHECK(value.key_is(r.name) == r.is_it);
        json_text key;
        if (!r.is_it) CHECK(value.key(key) == r.code);  // nothing was consumed
        if (r.code != errc::ok) continue;
        std::string_view number;
        CHECK(value.number(number) == errc::ok);
        CHECK(number == "1");
        CHECK(value.next('}', more) == errc::ok);
        CHECK_FALSE(more);
        CHECK(reader.finish() == errc::ok);
    }
}

template <class Reader>
void check_contract(Reader& reader) {
    check_cases(reader);
    check_kinds(reader);
    check_values(reader);
    check_passing_on(reader);
    check_unescaping(reader);
    check_expected_key(reader);
    check_heap(reader);
}

}  // namespace support
#endif
