// Fuzz target: certificate authorities from an untrusted file, PEM or DER, at once and in steps; and their DER.
// SPDX-License-Identifier: BSL-1.0
#include "fuzzing.hpp"

#include <superoffice/transport/detail/certificate_der.hpp>
#include <superoffice/transport/tls/certificate_authorities.hpp>

namespace so = superoffice;
using fuzzing::exact_memory;

namespace {

/// A certificate that mbedTLS can read has the same subject for both, and each name is the same as itself.
void compare_subjects(std::span<const std::byte> bytes) {
    const std::span<const std::byte> subject = so::detail::subject_of(bytes);
    MUST(subject.empty() || (subject.data() >= bytes.data() && subject.size() <= bytes.size()));
    MUST(so::detail::may_be_same_name(subject, subject));
    const std::size_t size = so::detail::der_size(bytes);
    MUST(size <= bytes.size());
    mbedtls_x509_crt parsed;
    mbedtls_x509_crt_init(&parsed);
    const auto* const first = reinterpret_cast<const unsigned char*>(bytes.data());
    if (size != 0 && mbedtls_x509_crt_parse_der(&parsed, first, size) == 0) {
        MUST(parsed.raw.len == size && parsed.subject_raw.len == subject.size());
        MUST(std::memcmp(parsed.subject_raw.p, subject.data(), subject.size()) == 0);
    }
    mbedtls_x509_crt_free(&parsed);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const exact_memory memory(std::string_view(reinterpret_cast<const char*>(data), size));
    const std::span<const std::byte> bytes{reinterpret_cast<const std::byte*>(memory.data()), size};
    compare_subjects(bytes);

    so::certificate_authorities at_once, in_steps;
    const so::result<void> r = at_once.add(bytes);
    MUST(r.has_value() == at_once.is_loaded() && r.has_value() == (at_once.size() != 0));
    MUST(r || (r.error().code == so::errc::bad_authorities && r.error().position() <= size && r.error().native < 0));
    MUST((at_once.unreadable() != 0) == (at_once.first_unreadable().number != 0));
    MUST(at_once.first_unreadable().offset <= size);

    in_steps.start(bytes);
    using progress = so::certificate_authorities::progress;
    progress step = progress::more;
    for (std::size_t n = 0; step == progress::more; ++n) {
        MUST(n <= size);
        step = in_steps.step();
    }
    MUST((step == progress::done) == r.has_value());
    MUST(r || in_steps.problem() == r.error());
    MUST(in_steps.size() == at_once.size() && in_steps.unreadable() == at_once.unreadable());

    // What is loaded can be added again, and nothing changes.
    if (r) MUST(at_once.add(bytes) && at_once.size() == in_steps.size());
    return 0;
}
