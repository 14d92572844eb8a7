// superoffice/transport/detail/certificate_reader.hpp - reads certificates from memory, one at a time, for mbedTLS.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_DETAIL_CERTIFICATE_READER_HPP
#define SUPEROFFICE_TRANSPORT_DETAIL_CERTIFICATE_READER_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/detail/certificate_der.hpp>
#include <superoffice/transport/tls/detail/mbedtls.hpp>

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// PEM text, or DER certificates one after another. The bytes are borrowed.
class certificate_reader {
  public:
    /// A longer certificate in PEM is taken as unreadable.
    static constexpr std::size_t max_pem_bytes = 64 * 1024;

    /// `copies`: mbedTLS makes its own copy of DER. If not, it uses the bytes where they lie. PEM is always decoded into
    /// memory of mbedTLS.
    void begin(std::span<const std::byte> bytes, bool copies) noexcept {
        bytes_ = bytes;
        at_ = 0;
        copies_ = copies;
        is_broken_ = false;
        is_pem_ = mbedtls_api::has_pem && text().find(pem_begin) != std::string_view::npos;
    }

    /// The bytes hold a certificate in PEM, or begin like one in DER.
    [[nodiscard]] bool looks_readable() const noexcept { return is_pem_ || der_size(bytes_) != 0; }

    /// Where the certificate begins that `next` read last.
    [[nodiscard]] std::size_t offset() const noexcept { return begin_; }

    /// Bytes that are no certificate follow DER certificates: nothing behind them can be found.
    [[nodiscard]] bool is_broken() const noexcept { return is_broken_; }

    /// Adds the next certificate to the end of the chain. False behind the last one. `code` is 0, or mbedTLS's code if the
    /// certificate cannot be read: the chain is unchanged then.
    bool next(mbedtls_x509_crt& chain, int& code) noexcept {
        return mbedtls_api::has_pem && is_pem_ ? next_pem(chain, code) : next_der(chain, code);
    }

    /// Adds all certificates. Answers how many were skipped because they cannot be read. mbedTLS's code if that is true
    /// of all, if there is no memory, and if bytes that are no certificate follow DER.
    static int load(mbedtls_x509_crt& chain, std::span<const std::byte> bytes) noexcept {
        certificate_reader reader;
        reader.begin(bytes, false);
        int first_error = MBEDTLS_ERR_X509_INVALID_FORMAT, taken = 0, skipped = 0, code = 0;
        while (reader.next(chain, code)) {
            if (reader.is_broken() || mbedtls_api::is_out_of_memory(code)) return code;
            if (code == 0)
                ++taken;
            else if (++skipped == 1)
                first_error = code;
        }
        return taken != 0 ? skipped : first_error;
    }

  private:
    static constexpr std::string_view pem_begin = "-----BEGIN CERTIFICATE-----";
    static constexpr std::string_view pem_end = "-----END CERTIFICATE-----";

    [[nodiscard]] std::string_view text() const noexcept {
        return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
    }

    /// mbedTLS wants a NUL behind PEM text, so each certificate is copied for a moment.
    bool next_pem(mbedtls_x509_crt& chain, int& code) noexcept {
        const std::size_t at = text().find(pem_begin, at_);
        if (at == std::string_view::npos) return false;
        // A certificate without its last line ends where the next one begins.
        const std::size_t next = text().find(pem_begin, at + 1);
        const std::size_t end = next == std::string_view::npos ? bytes_.size() : next;
        const std::string_view one{text().data() + at, end - at};
        const std::size_t last = one.find(pem_end);
        const std::size_t size = last == std::string_view::npos ? one.size() : last + pem_end.size();
        begin_ = at;
        at_ = at + size;
        code = MBEDTLS_ERR_X509_INVALID_FORMAT;
        if (size > max_pem_bytes) return true;
        auto* const copy = static_cast<unsigned char*>(mbedtls_calloc(1, size + 1));
        code = mbedtls_out_of_memory;
        if (copy == nullptr) return true;
        std::memcpy(copy, bytes_.data() + at, size);
        code = mbedtls_x509_crt_parse(&chain, copy, size + 1);
        mbedtls_free(copy);
        return true;
    }

    bool next_der(mbedtls_x509_crt& chain, int& code) noexcept {
        if (at_ == bytes_.size()) return false;
        begin_ = at_;
        const std::span<const std::byte> rest = bytes_.subspan(at_);
        const std::size_t size = der_size(rest);
        is_broken_ = size == 0;
        at_ = is_broken_ ? bytes_.size() : at_ + size;
        const auto* const first = reinterpret_cast<const unsigned char*>(rest.data());
        if (is_broken_)
            code = MBEDTLS_ERR_X509_INVALID_FORMAT;
        else if (copies_)
            code = mbedtls_x509_crt_parse_der(&chain, first, size);
        else
            code = mbedtls_x509_crt_parse_der_nocopy(&chain, first, size);
        return true;
    }

    std::span<const std::byte> bytes_;
    std::size_t at_ = 0;     ///< what comes next
    std::size_t begin_ = 0;  ///< of the last certificate
    bool is_pem_ = false;
    bool copies_ = false;
    bool is_broken_ = false;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
