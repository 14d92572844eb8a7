// superoffice/service/reply.hpp - what each reply of the service means, and facts about the last one.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SERVICE_REPLY_HPP
#define SUPEROFFICE_SERVICE_REPLY_HPP

#include <superoffice/base/time.hpp>
#include <superoffice/codec/json.hpp>
#include <superoffice/http/content_type.hpp>
#include <superoffice/http/reply_head.hpp>
#include <superoffice/schema/service_fault.hpp>

#include <concepts>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// Facts about the last reply besides its document. The texts are views into the client's memory, valid until the client's
/// next call, its `stop()` or its end.
struct reply_info {
    std::uint16_t status = 0;         ///< 0: no reply came
    bool slow = false;                ///< the duration exceeded the operation's threshold
    std::string_view message;         ///< the service's explanation, from an error object
    std::string_view detail;          ///< more of it
    std::string_view type;            ///< the kind of error: "SoNotFoundException"
    field<milliseconds> retry_after;  ///< how long the server asks to wait before the next call; at most a day
    reply_head head;           ///< the reply's headers: all of them over a link, `kept_headers` over an HTTP stack
    milliseconds duration{0};  ///< from the first step of the call to its end
};

namespace detail {

/// The error objects of the service have three shapes; each member may be missing.
///
/// A   {"Message": "The request is invalid.", "MessageDetail": "..."}
/// B   {"Error": true, "ErrorType": "ArgumentException", "Message": "...", "ErrorSource": "..."}
/// C   {"Error": true, "ErrorType": "SoNotFoundException", "ErrorMessage": "...", "ErrorSource": "..."}
///
/// Collects what an error object says, while the document is decoded as something else: decoding in place allows no second
/// pass. A member of an unexpected kind is skipped and does not hide the rest.
struct fault_collector {
    using text = field<std::string_view>;
    service_fault fault;

    /// Writes `a`, or `b` where there is no `a`, or nothing.
    [[gnu::noinline]] static void copy_first(std::string_view& into, const text& a, const text& b) noexcept {
        if (b.has_value()) into = *b;
        if (a.has_value()) into = *a;
    }

    [[nodiscard]] bool says_error() const noexcept { return fault.Error == true; }
    [[nodiscard]] bool is_of_the_service() const noexcept { return says_error() || fault.ErrorType.has_value(); }
    [[nodiscard]] bool has_text() const noexcept {
        return fault.Message.has_value() || fault.ErrorMessage.has_value() || fault.ErrorType.has_value() ||
               fault.MessageDetail.has_value() || fault.error.has_value();
    }
    /// `about` has no texts yet.
    void copy_to(reply_info& about) const noexcept {
        copy_first(about.message, fault.ErrorMessage, fault.error_description);
        copy_first(about.message, fault.Message, fault.Message);
        copy_first(about.detail, fault.MessageDetail, fault.MessageDetail);
        copy_first(about.type, fault.ErrorType, fault.error);
    }
};

/// A struct without members: a document is decoded as this where only an error object in it counts.
struct nothing {};
BOOST_DESCRIBE_STRUCT(nothing, (), ())

/// Reads just enough to recognise an error object where the value may be an object too. It has no texts, so that reading it
/// rewrites none.
struct fault_mark {
    field<bool> Error;
};
BOOST_DESCRIBE_STRUCT(fault_mark, (), (Error))

/// A reader that can also rewrite XML as JSON for a given struct: `xml_reader` of <superoffice/xml.hpp>.
template <class Reader>
concept reads_xml = requires(Reader& reader, json_document document) {
    { reader.template to_json<nothing>(document) } noexcept -> std::same_as<result<json_document>>;
};

/// Why a reply of this type cannot be read as JSON; `ok` if it can.
inline errc refusal_of_type(std::string_view content_type) noexcept {
    const content_kind kind = content_kind_of(content_type);
    if (kind == content_kind::json || kind == content_kind::unknown) return errc::ok;
    return kind == content_kind::xml ? errc::unsupported_content_type : errc::not_json;
}

/// Makes the reply a JSON document. Its Content-Type decides, not the type that was asked for. Errors: `not_json` for a type
/// that is neither JSON nor XML, `unsupported_content_type` for XML if this client's reader does not read it.
template <class T, json_reader Reader>
error as_json([[maybe_unused]] Reader& reader, std::string_view content_type, json_document& document) noexcept {
    const errc refusal = refusal_of_type(content_type);
    if constexpr (reads_xml<Reader>) {
        if (refusal == errc::ok) return {};
        if (refusal != errc::unsupported_content_type) return decode_error(refusal, 0);
        const result<json_document> rewritten = reader.template to_json<T>(document);
        if (rewritten) document = *rewritten;
        return rewritten.error();
    } else {
        return refusal == errc::ok ? error{} : decode_error(refusal, 0);
    }
}

struct status_meaning {
    std::uint16_t status;
    errc code;
};

/// What a status means by itself. A 500 that gets here is mostly a page of a server or a proxy in trouble. Such a page, and
/// 502 and 504, tell nothing about the task: the service is `unavailable` for a call that may be repeated; of any other
/// call the outcome is unknown. 408: the server did not receive the request in time, and it may be sent again (RFC 9110
/// section 15.5.9). 501 does not pass by itself.
inline constexpr status_meaning status_meanings[] = {
    {400, errc::bad_request},     {401, errc::unauthorized}, {403, errc::forbidden},       {404, errc::not_found},
    {408, errc::unavailable},     {421, errc::tenant_moved}, {429, errc::throttled},       {500, errc::outcome_unknown},
    {502, errc::outcome_unknown}, {503, errc::unavailable},  {504, errc::outcome_unknown},
};

/// The meaning of any status that is not 2xx.
[[gnu::noinline]] constexpr errc errc_of_status(std::uint16_t status) noexcept {
    for (const status_meaning& each : status_meanings)
        if (each.status == status) return each.code;
    return status >= 300 && status < 400 ? errc::redirected : errc::unexpected_status;
}

/// The first byte of the document that is not white space.
inline json_cursor beginning_of(const json_document& document) noexcept {
    json_cursor at{document.data, document.data + document.size};
    skip_json_space(at);
    return at;
}

/// An error with this code; no error if the code is `ok`.
[[gnu::noinline]] constexpr error reply_error(stage at, errc code, std::uint16_t status) noexcept {
    error e;
    if (code == errc::ok) return e;
    e.stage = at;
    e.code = code;
    e.http_status = status;
    return e;
}

/// What an operation says about its replies: see `operation`.
struct reply_rules {
    errc nothing = errc::null_document;
    bool may_repeat = true;
    bool has_value = true;
    bool may_be_empty = true;  ///< `{}` is a value; it is none where all properties of a task were asked for
};

/// What was found in a reply's document.
struct findings {
    fault_collector faults;
    decode_state state;
    bool of_struct = false;  ///< read as a struct with members
};

/// Reads a value by itself, or the error object in its place. Where the value may be an object too, `fault_mark` tells them
/// apart before anything is rewritten.
template <class T, json_reader Reader>
error read_value(Reader& reader, json_document document, T& into, findings& found) noexcept {
    const json_cursor start = beginning_of(document);
    const error no_value = decode_error(errc::wrong_kind, static_cast<std::size_t>(start.at - document.data));
    fault_mark mark;
    decode_state unread;
    if (start.on('{')) static_cast<void>(decode_document(reader, document, mark, unread));
    if (mark.Error != true) {
        const error e = decode_document(reader, document, into, found.state);
        if (!start.on('{') || e != no_value) return e;
    }
    nothing ignored;
    const error e = decode_document(reader, document, ignored, found.state, &found.faults.fault);
    return e.code != errc::ok || found.faults.says_error() || found.faults.has_text() ? e : no_value;
}

/// Reads a reply's document as a value of one type, or the error object that may stand in its place.
template <class Reader>
struct reply_decoder {
    error (*decode)(const reply_decoder& self, Reader& reader, const std::string_view& content_type,
                    const json_document& document, void* into, findings& found) noexcept = nullptr;
    const member_table<value_of_reader<Reader>>* table = nullptr;  ///< of a struct that is read as JSON only
};

/// Reads a document as any T.
template <class T, json_reader Reader>
error read_document(const reply_decoder<Reader>&, Reader& reader, const std::string_view& content_type,
                    const json_document& document, void* into, findings& found) noexcept {
    T& value = *static_cast<T*>(into);
    if constexpr (plain_value<T>) {
        const errc refusal = refusal_of_type(content_type);
        return refusal != errc::ok ? decode_error(refusal, 0) : read_value(reader, document, value, found);
    } else {
        found.of_struct = member_count<T> != 0;
        json_document json = document;
        const error e = as_json<T>(reader, content_type, json);
        return e.code != errc::ok ? e : decode_document(reader, json, value, found.state, &found.faults.fault);
    }
}

/// Reads a document as a struct, by its table: one function serves all structs.
template <json_reader Reader>
error read_struct(const reply_decoder<Reader>& self, Reader& reader, const std::string_view& content_type,
                  const json_document& document, void* into, findings& found) noexcept {
    found.of_struct = self.table->count != 0;
    if (const errc refusal = refusal_of_type(content_type); refusal != errc::ok) return decode_error(refusal, 0);
    using value = value_of_reader<Reader>;
    const also_members<value> faults{member_tables<service_fault, value>::whole, &found.faults.fault};
    return decode_by_table(reader, document, *self.table, into, found.state, &faults);
}

template <class T, json_reader Reader>
consteval reply_decoder<Reader> make_reply_decoder() noexcept {
    if constexpr (plain_value<T> || reads_xml<Reader>)
        return {&read_document<T, Reader>};
    else if constexpr (is_decodable<T>())
        return {&read_struct<Reader>, &member_tables<T, value_of_reader<Reader>>::whole};
    else
        return {};
}
template <class T, json_reader Reader>
inline constexpr reply_decoder<Reader> reply_decoder_of = make_reply_decoder<T, Reader>();

/// The meaning of a reply whose status is not 2xx, with or without an error object.
inline errc meaning_of_refusal(std::uint16_t status, const fault_collector& faults, const reply_rules& rules) noexcept {
    const errc code = errc_of_status(status);
    if (code == errc::not_found) {
        // Shape A comes from the web server: there is no such address. B and C come from the service: no such row.
        if (!faults.is_of_the_service()) return code;
        return rules.nothing == errc::ok || rules.nothing == errc::null_document ? errc::service_fault : rules.nothing;
    }
    if ((status == 400 || status == 500) && (faults.says_error() || faults.has_text())) return errc::service_fault;
    return code == errc::outcome_unknown && rules.may_repeat ? errc::unavailable : code;
}

/// The meaning of a document that could be read, under a status of 2xx.
inline errc meaning_of_success(const findings& found, const reply_rules& rules) noexcept {
    const bool matched = found.state.matched;
    // A task has no member Error or Message. A document that has no member of the struct is no task.
    if (found.faults.says_error() || (!matched && found.faults.has_text())) return errc::service_fault;
    // The object comes from something else.
    const bool is_foreign = found.state.passed || !rules.may_be_empty;
    return found.of_struct && !matched && is_foreign ? errc::foreign_document : errc::ok;
}

/// The whole meaning of a reply: the value in `into`, or one error for each way in which the service says no.
/// `decoder` is for the type of `into`, which does not matter here: one function serves all types.
/// Source: section 4 of the service notes.
template <json_reader Reader>
error interpret_as(Reader& reader, reply_info& about, const json_document& document, void* into,
                   const reply_decoder<Reader>& decoder, const reply_rules& rules) noexcept {
    const std::uint16_t status = about.status;
    const bool good = status >= 200 && status <= 299;
    const bool empty = document.size == 0;
    nothing ignored;
    findings found;
    error e{};
    if (status == 204 || (empty && good && !rules.has_value)) {
        e.code = errc::null_document;
    } else if (!empty || good) {
        const std::string_view type = empty ? std::string_view{} : about.head.content_type();
        const reply_decoder<Reader>& chosen = good ? decoder : reply_decoder_of<nothing, Reader>;
        e = chosen.decode(chosen, reader, type, document, good ? into : &ignored, found);
    }
    errc meaning = errc::ok;
    if (good && e.code == errc::null_document) {
        if (rules.has_value) meaning = rules.nothing;
    } else if (good && e.code != errc::ok) {
        if (e.code == errc::bad_json && beginning_of(document).on('<')) e.code = errc::not_json;
        // The reply has lost its body. `empty_document` may be repeated, but this call may not: the job may run already.
        if (e.code == errc::empty_document && !rules.may_repeat) e.code = errc::outcome_unknown;
        e.http_status = status;
        return e;
    } else {
        if (e.code != errc::ok) found.faults = {};  // a broken error page changes nothing: the status stands
        found.faults.copy_to(about);
        meaning = good ? meaning_of_success(found, rules) : meaning_of_refusal(status, found.faults, rules);
    }
    return reply_error(stage::service, meaning, status);
}

template <class Info, json_reader Reader>
error interpret(Reader& reader, reply_info& about, const json_document& document, Info& into,
                const reply_rules& rules) noexcept {
    return interpret_as<Reader>(reader, about, document, &into, reply_decoder_of<Info, Reader>, rules);
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
