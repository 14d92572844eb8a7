// superoffice/transport/tls/detail/certificate_judge.hpp - what is wrong with the server's certificate: trust, name, dates, pins.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_DETAIL_CERTIFICATE_JUDGE_HPP
#define SUPEROFFICE_TRANSPORT_TLS_DETAIL_CERTIFICATE_JUDGE_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/base/borrowed.hpp>
#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/schema/date_time.hpp>
#include <superoffice/transport/ip_address.hpp>
#include <superoffice/transport/tls/certificate_authorities.hpp>
#include <superoffice/transport/tls/detail/mbedtls.hpp>
#include <superoffice/transport/tls/detail/mbedtls_hash.hpp>
#include <superoffice/transport/tls/key_pin.hpp>
#include <superoffice/transport/tls/tls_options.hpp>

#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Seconds since 1970 of a certificate's date, which is in UTC (RFC 5280 section 4.1.2.5).
inline std::int64_t seconds_of(const mbedtls_x509_time& t) noexcept {
    civil_time date;
    date.year = t.year;
    date.month = static_cast<std::uint8_t>(t.mon);
    date.day = static_cast<std::uint8_t>(t.day);
    date.hour = static_cast<std::uint8_t>(t.hour);
    date.minute = static_cast<std::uint8_t>(t.min);
    date.second = static_cast<std::uint8_t>(t.sec);
    return seconds_since_1970(date);
}

/// Collects what is wrong with the certificates of one handshake.
class certificate_judge {
  public:
    /// Before each handshake. `utc_now` is 0 if mbedTLS's own clock counts. `address.size` is 0 if the peer is a name,
    /// `host`. The host and the authorities are borrowed.
    void begin(const tls_options& options, std::int64_t utc_now, std::string_view host, const ip_address& address,
               const certificate_authorities& authorities) noexcept {
        host_ = host;
        authorities_ = &authorities;
        skip_dates_ = options.skip_certificate_dates;
        pins_ = options.pins;
        pin_alone_ = options.pin_instead_of_authorities;
        utc_now_ = utc_now;
        address_ = address;
        flags_ = 0;
        valid_until_ = (std::numeric_limits<std::int64_t>::max)();
        is_pinned_ = false;
        is_own_issuer_ = false;
        has_seen_server_ = false;
    }

    /// mbedTLS calls this once for each certificate of the chain, and for the server's own (depth 0) last.
    static int look_at(void* self, mbedtls_x509_crt* certificate, int depth, std::uint32_t* flags) noexcept {
        static_cast<certificate_judge*>(self)->look_at(*certificate, depth, *flags);
        return 0;
    }

    [[nodiscard]] std::uint32_t flags() const noexcept { return flags_; }
    [[nodiscard]] bool has_seen_server() const noexcept { return has_seen_server_; }

    /// The last second at which every certificate of the chain is valid; the largest number if dates do not matter.
    [[nodiscard]] std::int64_t valid_until() const noexcept { return valid_until_; }

    /// Set for a server that shows no pinned key. mbedTLS leaves this flag to its callers.
    static constexpr std::uint32_t not_pinned = MBEDTLS_X509_BADCERT_OTHER;

    /// The error for the most important flag. A certificate without a trusted authority may say anything, so trust
    /// comes first; then the name; then the dates; then the rest (weak signature or key, not meant for servers).
    [[nodiscard]] errc verdict(std::uint32_t flags) const noexcept {
        if ((flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) != 0)
            return is_own_issuer_ ? errc::certificate_self_signed : errc::certificate_unknown_authority;
        if ((flags & not_pinned) != 0) return errc::certificate_not_pinned;
        if ((flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) != 0) return errc::certificate_wrong_name;
        if ((flags & MBEDTLS_X509_BADCERT_FUTURE) != 0) return errc::certificate_not_yet_valid;
        if ((flags & MBEDTLS_X509_BADCERT_EXPIRED) != 0) return errc::certificate_expired;
        return errc::certificate_refused;
    }

  private:
    void look_at(const mbedtls_x509_crt& certificate, int depth, std::uint32_t& flags) noexcept {
        if (pin_alone_ && depth != 0) {  // the pinned key alone decides, not the certificates above it
            flags = 0;
            return;
        }
        constexpr std::uint32_t dates = MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE;
        if (skip_dates_ || utc_now_ != 0) flags &= ~dates;
        std::int64_t last = seconds_of(certificate.valid_to);
        if (!skip_dates_ && utc_now_ != 0) {
            const std::uint32_t faults = faults_of_dates(certificate);
            if (faults != 0 && !has_valid_twin(certificate, last)) flags |= faults;
        }
        if (!skip_dates_ && last < valid_until_) valid_until_ = last;
        if (depth != 0 && !mbedtls_api::may_issue_for_servers(certificate)) flags |= MBEDTLS_X509_BADCERT_EXT_KEY_USAGE;
        is_pinned_ = is_pinned_ || is_one_of_pins(certificate);
        if (depth == 0) {
            has_seen_server_ = true;
            if (!pins_.empty() && !is_pinned_) flags |= not_pinned;
            if (pin_alone_) flags &= ~std::uint32_t{MBEDTLS_X509_BADCERT_NOT_TRUSTED};
            const mbedtls_x509_buf &issuer = certificate.issuer_raw, &subject = certificate.subject_raw;
            is_own_issuer_ = is_equal(issuer, subject);
            const bool is_for_peer = address_.size != 0 ? is_for_address(certificate) : is_for_name(certificate);
            if (!is_for_peer) flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
        }
        flags_ |= flags;
    }

    [[nodiscard]] std::uint32_t faults_of_dates(const mbedtls_x509_crt& certificate) const noexcept {
        std::uint32_t faults = 0;
        if (utc_now_ > seconds_of(certificate.valid_to)) faults |= MBEDTLS_X509_BADCERT_EXPIRED;
        if (utc_now_ < seconds_of(certificate.valid_from)) faults |= MBEDTLS_X509_BADCERT_FUTURE;
        return faults;
    }

    static bool is_equal(const mbedtls_x509_buf& a, const mbedtls_x509_buf& b) noexcept {
        return a.len == b.len && a.len != 0 && std::memcmp(a.p, b.p, a.len) == 0;
    }

    /// An authority with the same name and key, for example the renewed one beside the expired one. mbedTLS takes the
    /// one that is valid by its own clock; by the clock of the options, any valid one counts. `last` becomes its last
    /// second.
    bool has_valid_twin(const mbedtls_x509_crt& certificate, std::int64_t& last) const noexcept {
        return authorities_->find(certificate.subject_raw, [&](const mbedtls_x509_crt& other) {
            if (!is_equal(other.subject_raw, certificate.subject_raw) || !is_equal(other.pk_raw, certificate.pk_raw) ||
                faults_of_dates(other) != 0)
                return false;
            last = seconds_of(other.valid_to);
            return true;
        });
    }

    [[nodiscard]] bool is_one_of_pins(const mbedtls_x509_crt& certificate) const noexcept {
        if (pins_.empty()) return false;
        key_pin its;
        sha256 hash;
        hash.add(certificate.pk_raw.p, certificate.pk_raw.len);
        if (!hash.finish(its.sha256)) return false;
        for (const key_pin& pin : pins_)
            if (pin == its) return true;
        return false;
    }

    /// Only an iPAddress of subjectAltName counts (RFC 9110 section 4.3.5), never a name that looks like an address.
    [[nodiscard]] bool is_for_address(const mbedtls_x509_crt& certificate) const noexcept {
        constexpr int ip_address_tag = 0x87;  // [7], RFC 5280 section 4.2.1.6
        for (const mbedtls_x509_sequence* at = &certificate.subject_alt_names; at != nullptr; at = at->next)
            if (at->buf.tag == ip_address_tag && at->buf.len == address_.size &&
                std::memcmp(at->buf.p, address_.bytes, address_.size) == 0)
                return true;
        return false;
    }

    /// mbedTLS has compared the name, but takes "*.test" for "service.test". Such a certificate covers a whole
    /// top-level domain and is refused, as OpenSSL does: a name of two labels must be listed as it is.
    [[nodiscard]] bool is_for_name(const mbedtls_x509_crt& certificate) const noexcept {
        constexpr int dns_name_tag = 0x82;  // [2], RFC 5280 section 4.2.1.6
        const std::size_t dot = host_.find('.');
        if (dot == std::string_view::npos || host_.find('.', dot + 1) != std::string_view::npos) return true;
        for (const mbedtls_x509_sequence* at = &certificate.subject_alt_names; at != nullptr; at = at->next)
            if (at->buf.tag == dns_name_tag && is_host(at->buf)) return true;
        if (certificate.subject_alt_names.buf.p != nullptr) return false;
        // Without subjectAltName mbedTLS compares the common name.
        for (const mbedtls_x509_name* at = &certificate.subject; at != nullptr; at = at->next)
            if (is_host(at->val)) return true;
        return false;
    }

    [[nodiscard]] bool is_host(const mbedtls_x509_buf& name) const noexcept {
        return ascii::equal_ignoring_case({reinterpret_cast<const char*>(name.p), name.len}, host_);
    }

    borrowed_list<key_pin> pins_;
    std::string_view host_;
    const certificate_authorities* authorities_ = nullptr;
    std::int64_t utc_now_ = 0;
    std::int64_t valid_until_ = 0;
    std::uint32_t flags_ = 0;
    ip_address address_;
    bool pin_alone_ = false;
    bool is_pinned_ = false;
    bool skip_dates_ = false;
    bool is_own_issuer_ = false;
    bool has_seen_server_ = false;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
