// superoffice/codec/xml/xml_to_json.hpp - writes the events of an XML parser as the JSON that a described type expects.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_XML_XML_TO_JSON_HPP
#define SUPEROFFICE_CODEC_XML_XML_TO_JSON_HPP

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/codec/reader.hpp>
#include <superoffice/codec/writer.hpp>
#include <superoffice/codec/xml/xml_shape.hpp>
#include <superoffice/schema/service_fault.hpp>
#include <superoffice/text/detail/json_scan.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

constexpr bool is_xml_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

constexpr std::string_view trim_xml_space(std::string_view text) noexcept {
    while (!text.empty() && is_xml_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_xml_space(text.back())) text.remove_suffix(1);
    return text;
}

/// A name without its prefix: which namespace it is bound to, if any, makes no difference.
constexpr std::string_view xml_local_name(std::string_view name) noexcept {
    return ascii::from(name, name.rfind(':') + 1);  // npos + 1 is 0
}

/// The attributes of one element as Expat hands them over: names and values in turn, a null pointer behind the last.
class xml_attributes {
  public:
    explicit constexpr xml_attributes(const char* const* pairs) noexcept : pairs_(pairs) {}

    /// False if there is none of this local name, letter case ignored. Declarations of namespaces do not count.
    bool find(std::string_view wanted, std::string_view& value) const noexcept {
        for (const char* const* at = pairs_; *at != nullptr; at += 2) {
            const std::string_view name{at[0]};
            if (ascii::begins_with(name, "xmlns:") || !ascii::equal_ignoring_case(xml_local_name(name), wanted))
                continue;
            value = at[1];
            return true;
        }
        return false;
    }
    bool say_nil() const noexcept {
        std::string_view value;
        if (!find("nil", value)) return false;
        value = trim_xml_space(value);
        return value == "true" || value == "1";
    }

  private:
    const char* const* pairs_;
};

/// Takes the elements and texts of a document, which the XML parser checks, and appends JSON. Only what follows shows
/// whether an element is a text, an object, or a key or value of a map. So the beginning of an element is taken back if it
/// was written as the wrong one. Decisions depend on the input only, never on what was written, so output that does not fit
/// is counted exactly.
class xml_to_json {
  public:
    xml_to_json(std::span<char> room, const xml_shape& root) noexcept : room_(room), out_(room), root_(&root) {}

    /// An element begins. Errors: `too_deep`; `not_json` for the root of a page, whose members would all be absent.
    errc begin_element(std::string_view name, xml_attributes attributes) noexcept {
        if (depth_ == json_max_depth) return errc::too_deep;
        level& it = levels_[depth_++];
        it = level{};
        if (depth_ == 1) {
            if (ascii::is_word("html ", xml_local_name(name))) return errc::not_json;
            it.shape = root_;
            it.content = out_;
        } else {
            place(it, levels_[depth_ - 2], xml_local_name(name), attributes);
        }
        if (it.shape == nullptr || it.state != state::leaf) return errc::ok;
        if (attributes.say_nil()) it.state = state::nil;
        out_.put('"');  // text, until something else is known
        token_size_ = 0;
        gap_ = false;
        return errc::ok;
    }

    /// A piece of the text in the innermost element.
    void text(std::string_view piece) noexcept {
        if (depth_ == 0) return;
        const level& it = levels_[depth_ - 1];
        if (it.shape == nullptr || it.state != state::leaf) return;
        const xml_kind kind = it.shape->kind;
        for (const char c : piece)
            if (kind == xml_kind::text || kind == xml_kind::any)
                escaped(c);
            else
                collapsed(c, kind);
    }

    /// The innermost element ends.
    void end_element() noexcept {
        level& it = levels_[--depth_];
        if (it.shape == nullptr) return;
        bool kept = true;
        switch (it.state) {
            case state::leaf: kept = end_leaf(it); break;
            case state::nil: kept = end_nil(it); break;
            case state::members:
            case state::anything:
            case state::entries: out_.put('}'); break;
            case state::pair: kept = end_pair(it); break;
            case state::done: break;
        }
        if (depth_ > 0) note_child(levels_[depth_ - 1], it, kept);
    }

    /// Bytes of the whole document, written or not.
    [[nodiscard]] std::size_t size() const noexcept { return out_.size(); }

  private:
    enum class state : std::uint8_t {
        leaf,      // only text so far
        nil,       // says that it is null
        done,      // its value is written, whatever else is in it
        members,   // of a described struct
        anything,  // members of unknown types
        entries,   // of a map
        pair,      // one entry, as a key element and a value element
    };
    enum class role : std::uint8_t { member, entry, key, value };

    static constexpr std::span<char> nowhere{};

    struct level {
        const xml_shape* shape = nullptr;  // null: dropped, with all that is in it
        json_writer before{nowhere};       // where its comma would stand
        json_writer begin{nowhere};        // behind the comma
        json_writer content{nowhere};      // behind its name and colon
        detail::xml_to_json::state state = state::leaf;
        detail::xml_to_json::role role = role::member;
        bool has_items = false;     // a comma is due before the next one
        bool has_key = false;       // entry: an attribute names it
        bool looks_paired = false;  // entry: named like the elements that hold a key and a value
        bool value_first = false;
        std::size_t key_size = 0;  // pair: bytes of `"key":`, 0 while there is none
        std::size_t value_size = 0;
    };

    // ---- what an element is to the one around it

    void place(level& it, level& around, std::string_view name, xml_attributes attributes) noexcept {
        if (around.shape == nullptr) return;
        if (around.state == state::leaf) begin_elements(around, name);
        switch (around.state) {
            case state::members: place_member(it, around, name); break;
            case state::anything: begin_item(it, around, name, xml_shape_of<json_text>); break;
            case state::entries: place_entry(it, around, name, attributes); break;
            case state::pair: place_half(it, around, name); break;
            default: break;
        }
    }

    // An element in what looked like text: that was white space, or mixed content, whose text means nothing here.
    void begin_elements(level& around, std::string_view name) noexcept {
        out_ = around.content;
        if (around.role == role::entry && (is_key(name) || is_value(name))) {
            around.state = state::pair;
            if (around.has_key)
                around.key_size = out_.size() - around.begin.size();
            else
                out_ = around.begin;
            return;
        }
        const xml_kind kind = around.shape->kind;
        const bool outermost = &around == levels_;  // an error object may come instead of anything
        around.state = kind == xml_kind::object || outermost ? state::members
                       : kind == xml_kind::map               ? state::entries
                       : kind == xml_kind::any               ? state::anything
                                                             : state::done;
        out_.put('{');
        if (around.state == state::done) out_.put('}');  // which the decoder will refuse
    }

    void place_member(level& it, const level& around, std::string_view name) noexcept {
        const xml_shape* child = find(*around.shape, name);
        if (child == nullptr && &around == levels_) child = find(xml_shape_of<service_fault>, name);
        if (child != nullptr) begin_item(it, around, name, *child);
    }

    void place_entry(level& it, const level& around, std::string_view name, xml_attributes attributes) noexcept {
        it.has_key = attributes.find("key", name);
        // .NET's KeyValuePair<string, string> is StringKeyValuePair, or KeyValueOfstringstring. Any other name may be a
        // key.
        it.looks_paired = ascii::ends_with(name, "KeyValuePair") || ascii::begins_with(name, "KeyValueOf");
        begin_item(it, around, name, *around.shape->children[0]);
        it.role = role::entry;
        std::string_view value;
        if (!it.has_key || attributes.say_nil() || !attributes.find("value", value)) return;
        out_.string(value);
        it.state = state::done;
    }

    void place_half(level& it, const level& around, std::string_view name) noexcept {
        if (is_key(name) && around.key_size == 0) {
            it.role = role::key;
            it.shape = &xml_shape_of<std::string_view>;
        } else if (is_value(name) && around.value_size == 0) {
            it.role = role::value;
            it.shape = around.shape;
        }
        it.content = out_;
    }

    void begin_item(level& it, const level& around, std::string_view name, const xml_shape& shape) noexcept {
        it.shape = &shape;
        it.before = out_;
        if (around.has_items) out_.put(',');
        it.begin = out_;
        out_.string(name);
        out_.put(':');
        it.content = out_;
    }

    static const xml_shape* find(const xml_shape& object, std::string_view name) noexcept {
        for (std::size_t n = 0; n < object.names.size(); ++n)
            if (object.names[n] == name) return object.children[n];
        return nullptr;
    }
    static bool is_key(std::string_view name) noexcept { return ascii::equal_ignoring_case(name, "key"); }
    static bool is_value(std::string_view name) noexcept { return ascii::equal_ignoring_case(name, "value"); }

    // ---- text

    void escaped(char c) noexcept {
        if (c == '"' || c == '\\') {
            out_.put('\\');
            out_.put(c);
        } else if (is_xml_space(c) && c != ' ') {
            out_.put('\\');
            out_.put(c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
        } else {
            out_.put(c);  // XML has no other control characters
        }
    }

    // White space means nothing at the ends and one separator between; a list of names may have commas already.
    void collapsed(char c, xml_kind kind) noexcept {
        const bool list = kind == xml_kind::flags;
        if (is_xml_space(c) || (list && c == ',')) {
            gap_ = true;
            return;
        }
        if (gap_ && token_size_ != 0) {
            if (list) token(',');
            token(' ');
        }
        gap_ = false;
        token(c);
    }
    void token(char c) noexcept {
        if (token_size_ < sizeof token_) token_[token_size_] = c;
        ++token_size_;
        escaped(c);
    }

    // ---- ends

    void replace(const level& it, std::string_view json) noexcept {
        out_ = it.content;
        out_.raw(json);
    }

    // The ends answer false where the element stands for nothing: an entry without a key.

    bool end_nil(const level& it) noexcept {
        if (is_empty_pair(it)) return out_ = it.before, false;
        replace(it, "null");
        return true;
    }

    static bool is_empty_pair(const level& it) noexcept {
        return it.role == role::entry && it.looks_paired && !it.has_key;
    }

    bool end_leaf(const level& it) noexcept {
        if (is_empty_pair(it)) return out_ = it.before, false;
        const std::string_view empty = when_empty(it);
        const std::string_view token{token_, token_size_ < sizeof token_ ? token_size_ : sizeof token_};
        const std::string_view bare =
            token_size_ > sizeof token_ ? std::string_view{} : unquoted(it.shape->kind, token);
        if (token_size_ == 0 && !empty.empty())
            replace(it, empty);
        else if (!bare.empty())
            replace(it, bare);
        else
            out_.put('"');
        return true;
    }

    // The JSON for an empty element; an empty text if that is JSON's empty string.
    std::string_view when_empty(const level& it) const noexcept {
        switch (it.shape->kind) {
            case xml_kind::text:
            case xml_kind::any: return {};
            case xml_kind::map: return "{}";
            case xml_kind::object: return &it == levels_ ? "{}" : "null";
            default: return "null";
        }
    }

    // The token as JSON that is no string; empty where it has to be one, which the decoder may then refuse.
    static std::string_view unquoted(xml_kind kind, std::string_view token) noexcept {
        json_cursor at{token.data(), token.data() + token.size()};
        std::string_view number;
        switch (kind) {
            case xml_kind::boolean:
                if (token == "1" || ascii::equal_ignoring_case(token, "true")) return "true";
                return token == "0" || ascii::equal_ignoring_case(token, "false") ? "false" : "";
            case xml_kind::number:
            case xml_kind::code:
            case xml_kind::flags:
                return read_json_number(at, number) == errc::ok && at.at == at.end ? token : std::string_view{};
            default: return {};
        }
    }

    bool end_pair(const level& it) noexcept {
        if (it.key_size == 0) return out_ = it.before, false;
        if (it.value_size == 0) out_.raw("null");
        if (it.value_first && out_.fits()) {
            char* const begin = room_.data() + it.begin.size();
            char* const middle = begin + it.value_size;
            char* const end = middle + it.key_size;
            reverse(begin, middle);
            reverse(middle, end);
            reverse(begin, end);
        }
        return true;
    }

    static void reverse(char* from, char* to) noexcept {
        for (; from != to && from != --to; ++from) {
            const char kept = *from;
            *from = *to;
            *to = kept;
        }
    }

    void note_child(level& around, const level& it, bool kept) noexcept {
        switch (it.role) {
            case role::key:
                if (it.state != state::leaf) {  // null, or elements
                    out_ = it.content;
                    return;
                }
                out_.put(':');
                around.key_size = out_.size() - it.content.size();
                break;
            case role::value:
                around.value_size = out_.size() - it.content.size();
                around.value_first = around.key_size == 0;
                break;
            default: around.has_items = around.has_items || kept; break;
        }
    }

    std::span<char> room_;
    json_writer out_;
    const xml_shape* root_;
    std::size_t depth_ = 0;
    std::size_t token_size_ = 0;  // of the collapsed text, whether it is in token_ or not
    bool gap_ = false;            // white space was met and not written
    char token_[64];              // longer than any number that fits any member
    level levels_[json_max_depth];
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
