// superoffice/xml.hpp - a reader that takes XML replies besides JSON, and writes XML requests; opt-in, for hosts.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_XML_HPP
#define SUPEROFFICE_XML_HPP

// Opt-in, because the parser, Expat, uses the heap and has to be linked (-lexpat; Debian: libexpat1-dev). A parser is made
// for one document and freed after it, also after an error. Its memory, measured on 64 bits: about 20 KB; up to 200 KB for
// the longest tag, comment or processing instruction (`xml_max_markup` limits it); and each different name, which for a
// document of nothing else comes to 26 times its size. It keeps no text.
//
// Why Expat, of the parsers in Debian (2.5 in 12, 2.7 in 13): it streams, so no tree has to be limited. It checks everything
// that XML 1.0 calls well-formed, UTF-8 and doubled attributes included. It fetches and expands nothing unless it is asked to.
// It has been maintained and fuzzed for decades, and is C. pugixml (in place, no entities, linear) builds a tree on the heap
// and accepts much that is not XML. So does RapidXML, which is unmaintained since 2009. TinyXML-2 and Mini-XML build trees of
// copies. libxml2 and Xerces-C are many times as large, and have features that would have to be switched off.

#include <superoffice/base/detail/warnings_begin.hpp>

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/result.hpp>
#include <superoffice/codec/compact_reader.hpp>
#include <superoffice/codec/default_reader.hpp>
#include <superoffice/codec/json.hpp>
#include <superoffice/codec/reader.hpp>
#include <superoffice/codec/writer.hpp>
#include <superoffice/codec/xml/xml_shape.hpp>
#include <superoffice/codec/xml/xml_to_json.hpp>
#include <superoffice/codec/xml/xml_write.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wpedantic"
#endif
#include <expat.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// A tag with its attributes, a comment or a processing instruction that is not longer than this is taken. One of more
/// than about twice as many bytes is refused: where between, depends on Expat's version. For text there is no limit.
inline constexpr std::size_t xml_max_markup = 32 * 1024;

namespace detail {

/// Where a parser is. The function without 64 in its name is deprecated since the one with it exists.
template <class Parser>
std::int64_t byte_index(Parser parser) noexcept {
    if constexpr (requires { XML_GetCurrentByteIndex64(parser); })
        return XML_GetCurrentByteIndex64(parser);
    else
        return XML_GetCurrentByteIndex(parser);
}

/// One document's way through Expat into `xml_to_json`.
class xml_parse {
  public:
    xml_parse(std::span<char> room, const xml_shape& shape) noexcept
        : json_(room, shape), parser_(XML_ParserCreate("UTF-8")) {
        static_assert(sizeof(XML_Char) == 1,
                      "superoffice: Expat was built for UTF-16, which this library does not speak");
        if (parser_ == nullptr) return;
        XML_SetUserData(parser_, this);
        XML_SetElementHandler(parser_, &on_open, &on_close);
        XML_SetCharacterDataHandler(parser_, &on_text);
        XML_SetXmlDeclHandler(parser_, &on_declaration);
        XML_SetStartDoctypeDeclHandler(parser_, &on_doctype);
    }
    ~xml_parse() { XML_ParserFree(parser_); }  // which may be null
    xml_parse(const xml_parse&) = delete;
    xml_parse& operator=(const xml_parse&) = delete;

    /// The whole document, a piece at a time: Expat copies what it gets.
    errc run(std::string_view xml) noexcept {
        constexpr std::size_t piece = 4096;
        // Expat keeps markup whose end has not come yet, and since 2.6 looks at it again only when there is twice as much.
        constexpr std::size_t longest_markup = 2 * xml_max_markup + piece;
        if (parser_ == nullptr) return errc::document_too_large;
        for (std::size_t at = 0;;) {
            const std::string_view next{xml.data() + at, xml.size() - at < piece ? xml.size() - at : piece};
            at += next.size();
            const bool last = at == xml.size();
            if (XML_Parse(parser_, next.data(), static_cast<int>(next.size()), last) == XML_STATUS_ERROR)
                return fault();
            note_progress();
            if (last) return errc::ok;
            if (at - offset_ > longest_markup) return errc::bad_xml;
        }
    }

    /// Bytes of the JSON, written or not.
    [[nodiscard]] std::size_t size() const noexcept { return json_.size(); }
    /// The byte at fault, or where the markup around it begins.
    [[nodiscard]] std::size_t offset() const noexcept { return offset_; }

  private:
    errc fault() noexcept {
        if (fault_ != errc::ok) return fault_;
        note_progress();
        return XML_GetErrorCode(parser_) == XML_ERROR_NO_MEMORY ? errc::document_too_large : errc::bad_xml;
    }
    void note_progress() noexcept {
        const std::int64_t at = byte_index(parser_);  // -1 while it has not looked at the last piece
        if (at > 0) offset_ = static_cast<std::size_t>(at);
    }
    void stop(errc code) noexcept {
        fault_ = code;
        note_progress();
        static_cast<void>(XML_StopParser(parser_, XML_Bool{0}));
    }
    static xml_parse& self(void* user) noexcept { return *static_cast<xml_parse*>(user); }

    // Behind `stop` Expat may still report elements and text that it has in hand.
    static void XMLCALL on_open(void* user, const XML_Char* name, const XML_Char** attributes) noexcept {
        xml_parse& me = self(user);
        if (me.fault_ != errc::ok) return;
        if (const errc e = me.json_.begin_element(name, xml_attributes{attributes}); e != errc::ok) me.stop(e);
    }
    static void XMLCALL on_close(void* user, const XML_Char*) noexcept {
        if (self(user).fault_ == errc::ok) self(user).json_.end_element();
    }
    static void XMLCALL on_text(void* user, const XML_Char* text, int size) noexcept {
        if (self(user).fault_ == errc::ok) self(user).json_.text({text, static_cast<std::size_t>(size)});
    }
    // Expat was told that this is UTF-8, and would not believe the document.
    static void XMLCALL on_declaration(void* user, const XML_Char*, const XML_Char* encoding, int) noexcept {
        if (encoding != nullptr && !ascii::equal_ignoring_case(encoding, "utf-8")) self(user).stop(errc::bad_xml);
    }
    // Before anything in it is read: there are no entities, and nothing to look for elsewhere.
    static void XMLCALL on_doctype(void* user, const XML_Char*, const XML_Char*, const XML_Char*, int) noexcept {
        self(user).stop(errc::bad_xml);
    }

    xml_to_json json_;
    XML_Parser parser_;
    errc fault_ = errc::ok;
    std::size_t offset_ = 0;
};

/// Expat takes these first bytes for UTF-16, although it is told UTF-8. No document in UTF-8 begins with them.
constexpr bool looks_like_utf16(std::string_view xml) noexcept {
    const auto byte = [xml](std::size_t n) { return n < xml.size() ? static_cast<unsigned char>(xml[n]) : 0x20u; };
    return byte(0) == 0 || byte(0) >= 0xFE || byte(1) == 0;
}

inline result<json_document> xml_as_json(json_document xml, const xml_shape& shape, std::size_t slack) noexcept {
    const std::string_view text{xml.data, xml.size};
    if (xml.size > UINT32_MAX) return decode_error(errc::document_too_large, xml.size);
    const std::string_view behind_mark = ascii::begins_with(text, "\xEF\xBB\xBF") ? ascii::from(text, 3) : text;
    if (trim_xml_space(behind_mark).empty()) return decode_error(errc::empty_document, xml.size);
    if (looks_like_utf16(text)) return decode_error(errc::bad_xml, 0);

    const std::size_t free = xml.capacity > xml.size ? xml.capacity - xml.size : 0;
    char* const room = xml.data + xml.size;
    xml_parse parse{{room, free}, shape};
    if (const errc e = parse.run(text); e != errc::ok)
        return decode_error(e, e == errc::document_too_large ? xml.size : parse.offset());
    const std::size_t needed = xml.size + parse.size() + slack;
    if (needed > xml.capacity) return decode_error(errc::memory_too_small, needed);
    return json_document{room, parse.size(), free};
}

}  // namespace detail

/// Reads JSON just as Base does; and XML, which it rewrites as the JSON that the wanted type expects, for Base to
/// decode: there is one decode, one set of rules and of errors. The client does so by itself when the Content-Type of a
/// reply says XML; by hand:
///
///     superoffice::xml_reader reader;  // JSON by `compact_reader`; with `{max_bytes}` simdjson's, if switched on
///     const auto json = reader.to_json<BatchTaskInfo>({memory, size, capacity});
///     if (json) info = superoffice::decode<BatchTaskInfo>(reader, *json);
///
/// Documented of the service's XML: elements are named like the JSON's properties, without a namespace, and empty text
/// is an empty element (the one, shortened sample); and how the call's SOAP sibling writes maps, lists of flags and
/// null. All else is inferred, from what .NET's serializers write, and taken as generously as can be:
///
///     root          any name but html; prefixes and namespaces are ignored everywhere, and so is the order of members
///     members       by name, letter case observed: T's and `service_fault`'s at the root, T's within; others dropped
///     null          nil="true" or "1" in any namespace (SOAP); an empty element, unless a text or a map, or the root
///     text          as it stands; empty is empty text
///     number, bool  white space around it dropped; 1, 0 and any letter case for a bool. Other text becomes a string,
///                   which the decode refuses with `wrong_kind` and the member's name; so are elements in a text
///     enum, date    white space around it dropped; an enum may be a number
///     flags         names with spaces (SOAP) or commas between them, or a number
///     map           an element for each entry, in any mixture of
///                     <StringKeyValuePair><Key>k</Key><Value>v</Value></StringKeyValuePair>  SOAP; or another name
///                     <k>v</k>    <item key="k">v</item>    <item key="k" value="v"/>        inferred
///                   An entry without a key is dropped, one without a value is null; no entry is an empty map
///     json_text     a string, or an object where there are elements in it; no arrays
///     twice         the last one counts, as in JSON
///     text between elements, comments and processing instructions   dropped
template <json_reader Base = default_reader>
class xml_reader : public Base {
  public:
    using Base::Base;

    /// The XML document as JSON for T, in the free room behind it: the answer lies in [data + size, data + capacity) of
    /// what came in, which stays as it was, and has Base's slack behind it.
    ///
    /// Errors    all of `stage::decode`, with `offset` in the XML, of the byte or of the markup around it: `not_json` for
    ///           a page (root html); `bad_xml`,
    ///           also for a DOCTYPE of any kind, an encoding other than UTF-8 and markup beyond `xml_max_markup`;
    ///           `too_deep` above `json_max_depth` elements; `empty_document`; `memory_too_small`, with `needed()` for
    ///           the whole of XML, JSON and slack; `document_too_large` above 4 GB, and where the heap is used up
    /// Costs     one pass; the heap as said above; 5 KB of stack. The decode's offsets are those in the JSON
    template <class T>
    [[nodiscard]] static result<json_document> to_json(json_document xml) noexcept {
        return detail::xml_as_json(xml, detail::xml_shape_of<T>, Base::slack);
    }

    /// The request as an XML document: the root is named like the struct, its children like the members, null is
    /// xsi:nil, and absent fields are left out. No such document is documented; this one is inferred from the sample.
    template <class Request>
        requires(detail::is_described_struct<Request> && detail::is_xml_writable<Request>())
    static void write_xml(json_writer& out, const Request& request) noexcept {
        constexpr std::string_view name = detail::type_name<Request>();
        static_assert(detail::is_identifier(name), "superoffice: a request that is written as XML is no template");
        detail::write_xml_element(out, name, request);
    }
};

xml_reader() -> xml_reader<compact_reader>;
xml_reader(std::size_t) -> xml_reader<>;

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#include <superoffice/base/detail/warnings_end.hpp>
#endif
