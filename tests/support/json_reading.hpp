// Reads a whole document with any json_reader and writes down each value, so that two readers can be compared.
#ifndef SUPEROFFICE_TESTS_SUPPORT_JSON_READING_HPP
#define SUPEROFFICE_TESTS_SUPPORT_JSON_READING_HPP

#include <superoffice/codec/reader.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace support {

using superoffice::errc;
using superoffice::json_document;
using superoffice::json_kind;
using superoffice::json_text;

struct reading {
    errc code = errc::ok;
    std::uint32_t offset = 0;  // of the fault
    std::string events;        // one line for each value, key and end of a container

    friend bool operator==(const reading&, const reading&) = default;
};

/// How a document is read: every value by its own function, strings as they are or with their escapes rewritten in place; or
/// the root at once.
enum class manner { visit, rewrite, skip, raw };

inline void note_text(std::string& events, std::string_view what, json_text token) {
    std::vector<char> room(token.unescaped_size());
    (events += what) += ' ';
    (events += token.copy(room).value_or("?")) += '\n';
}

template <class Value>
errc visit(Value& value, std::string& events, bool rewrite = false) {
    const auto note = [&events](std::string_view what, std::string_view text) {
        ((events += what) += text) += '\n';
        return errc::ok;
    };
    bool flag = false;
    std::string_view text;
    json_text token;
    errc code = errc::ok;
    switch (value.kind()) {
        case json_kind::object:
            note("{", "");
            code = value.object([&events, rewrite](json_text key, Value& member) noexcept {
                note_text(events, "key", key);
                return visit(member, events, rewrite);
            });
            return code == errc::ok ? note("}", "") : code;
        case json_kind::array:
            note("[", "");
            code = value.array([&events, rewrite](Value& element) noexcept { return visit(element, events, rewrite); });
            return code == errc::ok ? note("]", "") : code;
        case json_kind::string:
            code = value.string(token, rewrite);
            if (code == errc::ok && rewrite && token.is_escaped()) events += "left an escape: ";
            if (code == errc::ok) note_text(events, "string", token);
            return code;
        case json_kind::number: code = value.number(text); return code == errc::ok ? note("number ", text) : code;
        case json_kind::boolean:
            code = value.boolean(flag);
            return code == errc::ok ? note("boolean ", flag ? "true" : "false") : code;
        case json_kind::null: code = value.null(); return code == errc::ok ? note("null", "") : code;
        case json_kind::malformed: break;
    }
    return value.skip();
}

template <class Reader>
reading read_json(Reader& reader, json_document document, manner how) {
    reading made;
    made.code = reader.start(document);
    if (made.code == errc::ok) {
        auto root = reader.root();
        std::string_view raw;
        switch (how) {
            case manner::visit: made.code = visit(root, made.events); break;
            case manner::rewrite: made.code = visit(root, made.events, true); break;
            case manner::skip: made.code = root.skip(); break;
            case manner::raw: made.code = root.raw(raw); break;
        }
        made.events += raw;
    }
    if (made.code == errc::ok) made.code = reader.finish();
    if (made.code != errc::ok) made.offset = reader.offset();
    return made;
}

/// The same for a text that is copied, with `filler` in the reader's slack.
template <class Reader>
reading read_json(Reader& reader, std::string_view text, manner how = manner::visit, char filler = '\0') {
    std::vector<char> memory(text.begin(), text.end());
    memory.resize(text.size() + Reader::slack, filler);
    return read_json(reader, json_document{memory.data(), text.size(), memory.size()}, how);
}

}  // namespace support
#endif
