// superoffice/transport/detail/certificate_chain.hpp - parsed certificates, each of them once, in mbedTLS's list.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_DETAIL_CERTIFICATE_CHAIN_HPP
#define SUPEROFFICE_TRANSPORT_DETAIL_CERTIFICATE_CHAIN_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/tls/detail/mbedtls.hpp>

#include <cstdint>
#include <cstring>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// mbedTLS parses a certificate behind the last one; then `take` keeps it.
class certificate_chain {
  public:
    /// A place behind a certificate, to which `return_to` goes back.
    struct place {
        mbedtls_x509_crt* last;
        std::uint32_t size;
    };

    certificate_chain() noexcept { mbedtls_x509_crt_init(&first_); }
    certificate_chain(const certificate_chain&) = delete;
    certificate_chain& operator=(const certificate_chain&) = delete;
    ~certificate_chain() { clear(); }

    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
    /// The list for mbedTLS; it is empty if there are no certificates.
    [[nodiscard]] const mbedtls_x509_crt& first() const noexcept { return first_; }
    [[nodiscard]] mbedtls_x509_crt& first() noexcept { return first_; }
    /// Where the next certificate is parsed.
    [[nodiscard]] mbedtls_x509_crt& last() noexcept { return *last_; }

    /// Keeps the certificate that was parsed behind the last one, unless it is there already.
    void take() noexcept {
        mbedtls_x509_crt* const added = size_ == 0 ? &first_ : last_->next;
        for (const mbedtls_x509_crt* at = &first_; at != added; at = at->next) {
            if (at->raw.len != added->raw.len || std::memcmp(at->raw.p, added->raw.p, at->raw.len) != 0) continue;
            free_behind(last_);
            return;
        }
        last_ = added;
        ++size_;
    }

    [[nodiscard]] place end() const noexcept { return {last_, size_}; }
    /// Frees the certificates behind that place.
    [[gnu::noinline]] void return_to(place to) noexcept {
        if (to.size == 0) to.last = nullptr;  // the first certificate goes too
        free_behind(to.last);
        last_ = to.last == nullptr ? &first_ : to.last;
        size_ = to.size;
    }
    void clear() noexcept { return_to({nullptr, 0}); }

  private:
    /// null: all of them.
    [[gnu::noinline]] void free_behind(mbedtls_x509_crt* at) noexcept {
        if (at == nullptr) {
            mbedtls_x509_crt_free(&first_);
            mbedtls_x509_crt_init(&first_);
        } else if (at->next != nullptr) {
            mbedtls_x509_crt_free(at->next);
            mbedtls_free(at->next);
            at->next = nullptr;
        }
    }

    mbedtls_x509_crt first_;
    mbedtls_x509_crt* last_ = &first_;
    std::uint32_t size_ = 0;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
