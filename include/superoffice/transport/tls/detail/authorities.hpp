// superoffice/transport/tls/detail/authorities.hpp - reads certificates from files and memory, and finds the authorities of the system.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_DETAIL_AUTHORITIES_HPP
#define SUPEROFFICE_TRANSPORT_TLS_DETAIL_AUTHORITIES_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/base/error.hpp>
#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/tls/detail/mbedtls.hpp>
#include <superoffice/transport/tls/detail/mbedtls_hash.hpp>
#include <superoffice/transport/tls/tls_options.hpp>

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Where systems keep their authorities: the first of these files that holds a readable certificate is taken.
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
    /// Adds the certificates of PEM text, or of DER, whose bytes are used where they lie. Answers how many could not be
    /// read, or an error code if none could.
    static int load(mbedtls_x509_crt& chain, std::span<const std::byte> bytes) noexcept {
        if (!mbedtls_api::has_pem) return load_der(chain, bytes);
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return text.find(pem_begin) != std::string_view::npos ? load_pem(chain, text) : load_der(chain, bytes);
    }

  private:
    /// One certificate at a time: mbedTLS wants a NUL behind PEM text, so each is copied for a moment.
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

    /// Size of the SEQUENCE that begins here, with its head (X.690 section 8.1.3); 0 if there is none.
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
class certificate_authorities {
  public:
    certificate_authorities() noexcept { mbedtls_x509_crt_init(&chain_); }
    certificate_authorities(const certificate_authorities&) = delete;
    certificate_authorities& operator=(const certificate_authorities&) = delete;
    ~certificate_authorities() { mbedtls_x509_crt_free(&chain_); }

    /// Loads what the options name, once, and keeps it. Reads files and allocates in mbedTLS.
    io_result load(const tls_options& options) noexcept {
        if (is_loaded_) return io_result::ready();
        io_result r = io_result::ready();
        if (options.pin_instead_of_authorities)
            return options.pins.empty() ? io_result::failed(errc::no_authorities, 0, stage::handshake) : r;
        if (options.ca_file != nullptr) r = answer(load_file(options.ca_file));
        if (r.state == io_state::ready && !options.ca_memory.empty())
            r = answer(certificate_reader::load(chain_, {options.ca_memory.data(), options.ca_memory.size()}));
        if (options.ca_file == nullptr && options.ca_memory.empty()) r = load_system();
        is_loaded_ = r.state == io_state::ready;
        if (!is_loaded_) clear();
        return r;
    }

    /// Empty where a pin replaces the authorities; never null, which mbedTLS would refuse.
    [[nodiscard]] mbedtls_x509_crt* chain() noexcept { return &chain_; }

    /// Adds all of them to the hash.
    void add_to(sha256& hash) const noexcept {
        for (const mbedtls_x509_crt* at = &chain_; at != nullptr; at = at->next) hash.add(at->raw.p, at->raw.len);
    }

  private:
    void clear() noexcept {
        mbedtls_x509_crt_free(&chain_);
        mbedtls_x509_crt_init(&chain_);
    }

    static io_result answer(int code) noexcept {
        if (code >= 0) return io_result::ready();  // the number of those that were skipped
        const bool absent = mbedtls_api::is_no_file(code);
        return io_result::failed(absent ? errc::no_authorities : errc::bad_authorities, code, stage::handshake);
    }

    io_result load_system() noexcept {
        int worst = MBEDTLS_ERR_X509_FILE_IO_ERROR;
        if (!mbedtls_api::has_files) return answer(worst);
        for (const char* path : system_authorities) {
            const int code = load_file(path);
            if (code >= 0) return io_result::ready();
            if (!mbedtls_api::is_no_file(code)) worst = code;
        }
        return answer(worst);
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

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
