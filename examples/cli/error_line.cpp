#include "error_line.hpp"

#include "circumstances.hpp"
#include "visible_text.hpp"

#include <superoffice/http/base_url.hpp>
#include <superoffice/transport/tls/tls_refusal.hpp>

#include <array>
#include <cstdio>
#include <string_view>

namespace cli {
namespace {

std::string native_code(std::int32_t code) {
    std::string text = "native " + std::to_string(code);
    if (code > -0x100) return text;      // errno, getaddrinfo's, or the number of an alert
    std::array<char, 16> hexadecimal{};  // as mbedTLS's own documentation has them
    std::snprintf(hexadecimal.data(), hexadecimal.size(), " (-0x%04x)", -static_cast<unsigned>(code));
    return text + hexadecimal.data();
}

std::string sentence_about(const superoffice::error& e) {
    if (e.stage != superoffice::stage::handshake) return superoffice::base_url_fault(e);  // other errors: their message
    std::array<char, superoffice::max_refusal_bytes> text{};
    return std::string{superoffice::tls_refusal(e, text)};
}

}  // namespace

std::string what_happened(const superoffice::error& e) { return with_circumstances(sentence_about(e), e); }

std::string_view advice_on(const superoffice::error& e) {
    using superoffice::errc;
    if (is_about_named_authorities(e)) return {};  // the message says which file it is
    switch (e.code) {
        case errc::credential_missing: return "set SUPEROFFICE_TOKEN, or another variable that --help names";
        case errc::reply_too_large:
        case errc::head_too_large:
        case errc::document_too_large:
        case errc::memory_too_small: return "allow more with --memory";
        case errc::certificate_unknown_authority:
        case errc::certificate_self_signed:
        case errc::no_authorities: return "name the file of your authority with --ca-file";
        case errc::outcome_unknown: return "look with superoffice-batch list or get before you send it again";
        case errc::deadline_exceeded:
            return e.stage == superoffice::stage::none ? "allow more time with --deadline"
                                                       : "allow more time with --timeout";
        default: return {};
    }
}

std::string error_line(const superoffice::error& e, const superoffice::reply_info& reply, std::string_view member,
                       std::string_view advice) {
    // Of a certificate, what is wrong with it is all that the number says.
    const bool tells_native = sentence_about(e) != superoffice::message(e) || e.certificate_faults() != 0;
    std::string line = what_happened(e);
    if (!reply.message.empty()) line.append(": \"").append(visible(reply.message)).append("\"");
    if (!reply.detail.empty()) line.append(" \"").append(visible(reply.detail)).append("\"");

    line.append(" (stage ").append(name(e.stage)).append(", ").append(name(e.code));
    if (!reply.type.empty()) line.append(", ").append(visible(reply.type));
    if (e.http_status != 0) line.append(", HTTP ").append(std::to_string(e.http_status));
    if (e.native != 0 && !tells_native) line.append(", ").append(native_code(e.native));
    if (!member.empty()) line.append(", member ").append(member);
    const std::string_view header = superoffice::header_name(e, {});  // one of its own this tool has not
    if (!header.empty()) line.append(", header ").append(header);
    if (e.needed() != 0)
        line.append(", needs ").append(std::to_string(e.needed())).append(" bytes");
    else if (e.position() != superoffice::error::no_position)
        line.append(", at byte ").append(std::to_string(e.position()));
    else if (e.received() != 0)
        line.append(", after ").append(std::to_string(e.received())).append(" bytes");
    if (reply.retry_after)
        line.append(", Retry-After ").append(std::to_string(reply.retry_after->count() / 1'000)).append(" s");
    line.append(")");

    if (!advice.empty()) line.append("; ").append(advice);
    return line;
}

}  // namespace cli
