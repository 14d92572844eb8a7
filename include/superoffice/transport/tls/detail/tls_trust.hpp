// superoffice/transport/tls/detail/tls_trust.hpp - loading certificate authorities, and judging the server's certificate.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_DETAIL_TLS_TRUST_HPP
#define SUPEROFFICE_TRANSPORT_TLS_DETAIL_TLS_TRUST_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/base/error.hpp>
#include <superoffice/schema/date_time.hpp>
#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/ip_address.hpp>
#include <superoffice/transport/tls/detail/mbedtls.hpp>
#include <superoffice/transport/tls/tls_options.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Where systems keep their authorities: the first of these in which a certificate can be read is taken.
inline constexpr const char* system_authorities[] = {
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Alpine, Arch, Gentoo
    "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, RHEL
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // newer Fedora, CentOS, RHEL
    "/etc/ssl/ca-bundle.pem",                             // openSUSE, SLES
    "/var/lib/ca-certificates/ca-bundle.pem",             // newer openSUSE
    "/etc/ssl/cert.pem",                                  // Alpine, FreeBSD, OpenBSD, macOS
    "/usr/local/share/certs/ca-root-nss.crt",             // FreeBSD, from ports
    "/etc/openssl/certs/ca-certificates.crt",             // NetBSD
};

/// Reads certificates from memory.
class certificate_reader {
  public:
    /// Adds the certificates of PEM text, or DER ones, which are used where they are. The number of those that could not be
    /// read, or an error if none could.
    static int load(mbedtls_x509_crt& chain, std::span<const std::byte> bytes) noexcept {
        if (!mbedtls_api::has_pem) return load_der(chain, bytes);
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return text.find(pem_begin) != std::string_view::npos ? load_pem(chain, text) : load_der(chain, bytes);
    }

  private:
    /// A certificate at a time: mbedTLS wants a NUL behind PEM text, so each is copied for a moment.
    static int load_pem(mbedtls_x509_crt& chain, std::string_view text) noexcept {
        int first_error = 0, taken = 0, skipped = 0;
        for (std::size_t at = text.find(pem_begin); at != std::string_view::npos; at = text.find(pem_begin, at)) {
            const std::size_t last = text.find(pem_end, at);
            const std::size_t size = (last == std::string_view::npos ? text.size() : last + pem_end.size()) - at;
            auto* const copy = static_cast<unsigned char*>(mbedtls_calloc(1, size + 1));
            if (copy == nullptr) return mbedtls_out_of_memory;
            std::memcpy(copy, text.data() + at, size);
            count(mbedtls_x509_crt_parse(&chain, copy, size + 1), first_error, taken, skipped);
            mbedtls_free(copy);
            at += size;
        }
        return taken != 0 ? skipped : first_error;
    }

    static int load_der(mbedtls_x509_crt& chain, std::span<const std::byte> bytes) noexcept {
        int first_error = MBEDTLS_ERR_X509_INVALID_FORMAT, taken = 0, skipped = 0;
        while (!bytes.empty()) {
            const std::size_t size = der_size(bytes);
            if (size == 0 || size > bytes.size()) return MBEDTLS_ERR_X509_INVALID_FORMAT;
            const auto* const first = reinterpret_cast<const unsigned char*>(bytes.data());
            count(mbedtls_x509_crt_parse_der_nocopy(&chain, first, size), first_error, taken, skipped);
            bytes = bytes.subspan(size);
        }
        return taken != 0 ? skipped : first_error;
    }

    static void count(int code, int& first_error, int& taken, int& skipped) noexcept {
        if (code == 0) {
            ++taken;
        } else if (++skipped == 1) {
            first_error = code < 0 ? code : MBEDTLS_ERR_X509_INVALID_FORMAT;
        }
    }

    /// Size of the SEQUENCE that begins here, head included (X.690 section 8.1.3); 0 if none does.
    static constexpr std::size_t der_size(std::span<const std::byte> bytes) noexcept {
        if (bytes.size() < 2 || bytes[0] != std::byte{0x30}) return 0;
        const auto first = std::to_integer<std::size_t>(bytes[1]);
        if (first < 0x80) return 2 + first;
        const std::size_t more = first & 0x7f;
        if (more == 0 || more > 3 || bytes.size() < 2 + more) return 0;
        std::size_t size = 0;
        for (std::size_t i = 0; i < more; ++i) size = size << 8 | std::to_integer<std::size_t>(bytes[2 + i]);
        return 2 + more + size;
    }

    static constexpr std::string_view pem_begin = "-----BEGIN CERTIFICATE-----";
    static constexpr std::string_view pem_end = "-----END CERTIFICATE-----";
};

/// The certificates that may have signed the server's.
class tls_authorities {
  public:
    tls_authorities() noexcept { mbedtls_x509_crt_init(&chain_); }
    tls_authorities(const tls_authorities&) = delete;
    tls_authorities& operator=(const tls_authorities&) = delete;
    ~tls_authorities() { mbedtls_x509_crt_free(&chain_); }

    /// Loads what the options name, once; what was loaded is kept. Reads files and allocates in mbedTLS.
    io_result load(const tls_options& options) noexcept {
        if (is_loaded_) return io_result::ready();
        io_result r = io_result::ready();
        if (options.pin_instead_of_authorities)
            return options.pins.empty() ? io_result::failed(errc::no_authorities, 0, stage::handshake) : r;
        if (options.ca_file != nullptr) r = judged(load_file(options.ca_file));
        if (r.state == io_state::ready && !options.ca_memory.empty())
            r = judged(certificate_reader::load(chain_, {options.ca_memory.data(), options.ca_memory.size()}));
        if (options.ca_file == nullptr && options.ca_memory.empty()) r = load_system();
        is_loaded_ = r.state == io_state::ready;
        if (!is_loaded_) clear();
        return r;
    }

    /// Empty where a pin stands for them; never null, which mbedTLS would take for a mistake.
    [[nodiscard]] mbedtls_x509_crt* chain() noexcept { return &chain_; }

    /// All of them go into the hash.
    void add_to(mbedtls_api::sha256& hash) const noexcept {
        for (const mbedtls_x509_crt* at = &chain_; at != nullptr; at = at->next) hash.add(at->raw.p, at->raw.len);
    }

  private:
    void clear() noexcept {
        mbedtls_x509_crt_free(&chain_);
        mbedtls_x509_crt_init(&chain_);
    }

    static io_result judged(int code) noexcept {
        if (code >= 0) return io_result::ready();  // how many were skipped
        const bool absent = mbedtls_api::is_no_file(code);
        return io_result::failed(absent ? errc::no_authorities : errc::bad_authorities, code, stage::handshake);
    }

    io_result load_system() noexcept {
        int worst = MBEDTLS_ERR_X509_FILE_IO_ERROR;
        if (!mbedtls_api::has_files) return judged(worst);
        for (const char* path : system_authorities) {
            const int code = load_file(path);
            if (code >= 0) return io_result::ready();
            if (!mbedtls_api::is_no_file(code)) worst = code;
        }
        return judged(worst);
    }

    int load_file(const char* path) noexcept {
#if defined(MBEDTLS_FS_IO)
        return mbedtls_x509_crt_parse_file(&chain_, path);
#else
        return static_cast<void>(path), MBEDTLS_ERR_X509_FILE_IO_ERROR;
#endif
    }

    mbedtls_x509_crt chain_;
    bool is_loaded_ = false;
};

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

/// What is found out about the certificates of one handshake.
class tls_judge {
  public:
    /// Before each handshake. `utc_now` 0: by mbedTLS's own clock. `address.size` 0: the peer is a name.
    void begin(const tls_options& options, std::int64_t utc_now, const ip_address& address) noexcept {
        skip_dates_ = options.skip_certificate_dates;
        pins_ = options.pins;
        pin_alone_ = options.pin_instead_of_authorities;
        utc_now_ = utc_now;
        address_ = address;
        flags_ = 0;
        valid_until_ = (std::numeric_limits<std::int64_t>::max)();
        is_pinned_ = false;
        is_own_issuer_ = false;
        has_seen_ = false;
    }

    /// mbedTLS calls this once for each certificate of the chain, the server's own (depth 0) last.
    static int look(void* self, mbedtls_x509_crt* certificate, int depth, std::uint32_t* flags) noexcept {
        static_cast<tls_judge*>(self)->look(*certificate, depth, *flags);
        return 0;
    }

    [[nodiscard]] std::uint32_t flags() const noexcept { return flags_; }
    [[nodiscard]] bool has_seen() const noexcept { return has_seen_; }

    /// The last second at which all that was seen is valid; the largest number where dates do not matter.
    [[nodiscard]] std::int64_t valid_until() const noexcept { return valid_until_; }

    /// The flag of a server that shows no pinned key: the one that mbedTLS leaves to its callers.
    static constexpr std::uint32_t not_pinned = MBEDTLS_X509_BADCERT_OTHER;

    /// The most telling of the flags: what is signed by nobody known may say anything, so that comes first; then for whom
    /// the certificate is; then its dates; then the rest (weak signature or key, not meant for servers).
    [[nodiscard]] errc verdict(std::uint32_t flags) const noexcept {
        if ((flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) != 0)
            return is_own_issuer_ ? errc::certificate_self_signed : errc::certificate_unknown_authority;
        if ((flags & MBEDTLS_X509_BADCERT_REVOKED) != 0) return errc::certificate_refused;
        if ((flags & not_pinned) != 0) return errc::certificate_not_pinned;
        if ((flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) != 0) return errc::certificate_wrong_name;
        if ((flags & MBEDTLS_X509_BADCERT_FUTURE) != 0) return errc::certificate_not_yet_valid;
        if ((flags & MBEDTLS_X509_BADCERT_EXPIRED) != 0) return errc::certificate_expired;
        return errc::certificate_refused;
    }

  private:
    void look(const mbedtls_x509_crt& certificate, int depth, std::uint32_t& flags) noexcept {
        if (pin_alone_ && depth != 0) {  // whoever signed it: nothing rests on these
            flags = 0;
            return;
        }
        constexpr std::uint32_t dates = MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE;
        if (skip_dates_ || utc_now_ != 0) flags &= ~dates;
        if (!skip_dates_ && utc_now_ != 0) {
            if (utc_now_ > seconds_of(certificate.valid_to)) flags |= MBEDTLS_X509_BADCERT_EXPIRED;
            if (utc_now_ < seconds_of(certificate.valid_from)) flags |= MBEDTLS_X509_BADCERT_FUTURE;
        }
        if (const std::int64_t last = seconds_of(certificate.valid_to); !skip_dates_ && last < valid_until_)
            valid_until_ = last;
        is_pinned_ = is_pinned_ || is_one_of_pins(certificate);
        if (depth == 0) {
            has_seen_ = true;
            if (!pins_.empty() && !is_pinned_) flags |= not_pinned;
            if (pin_alone_) flags &= ~std::uint32_t{MBEDTLS_X509_BADCERT_NOT_TRUSTED};
            const mbedtls_x509_buf &issuer = certificate.issuer_raw, &subject = certificate.subject_raw;
            is_own_issuer_ = issuer.len == subject.len && std::memcmp(issuer.p, subject.p, issuer.len) == 0;
            if (address_.size != 0 && !is_for_address(certificate)) flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
        }
        flags_ |= flags;
    }

    [[nodiscard]] bool is_one_of_pins(const mbedtls_x509_crt& certificate) const noexcept {
        if (pins_.empty()) return false;
        key_pin its;
        mbedtls_api::sha256 hash;
        hash.add(certificate.pk_raw.p, certificate.pk_raw.len);
        if (!hash.finish(its.sha256)) return false;
        for (const key_pin& pin : pins_)
            if (pin == its) return true;
        return false;
    }

    /// By iPAddress of subjectAltName only (RFC 9110 section 4.3.5), never by a name that looks like an address.
    [[nodiscard]] bool is_for_address(const mbedtls_x509_crt& certificate) const noexcept {
        constexpr int ip_address_tag = 0x87;  // [7], RFC 5280 section 4.2.1.6
        for (const mbedtls_x509_sequence* at = &certificate.subject_alt_names; at != nullptr; at = at->next)
            if (at->buf.tag == ip_address_tag && at->buf.len == address_.size &&
                std::memcmp(at->buf.p, address_.bytes, address_.size) == 0)
                return true;
        return false;
    }

    borrowed_list<key_pin> pins_;
    std::int64_t utc_now_ = 0;
    std::int64_t valid_until_ = 0;
    std::uint32_t flags_ = 0;
    ip_address address_;
    bool pin_alone_ = false;
    bool is_pinned_ = false;
    bool skip_dates_ = false;
    bool is_own_issuer_ = false;
    bool has_seen_ = false;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
