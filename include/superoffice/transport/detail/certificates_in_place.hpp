// superoffice/transport/detail/certificates_in_place.hpp - DER certificates that stay where they lie and are parsed when mbedTLS asks for one.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_DETAIL_CERTIFICATES_IN_PLACE_HPP
#define SUPEROFFICE_TRANSPORT_DETAIL_CERTIFICATES_IN_PLACE_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/detail/certificate_der.hpp>
#include <superoffice/transport/tls/detail/mbedtls.hpp>
#include <superoffice/transport/tls/detail/mbedtls_hash.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

class certificates_in_place {
  public:
    /// `count` certificates one after another, and nothing else.
    void set(der_bytes all, std::uint32_t count) noexcept {
        all_ = all;
        count_ = count;
    }
    [[nodiscard]] std::uint32_t size() const noexcept { return count_; }
    void add_to(sha256& hash) const noexcept { hash.add(all_.data(), all_.size()); }

    /// Calls `look(certificate)` for those whose subject may be `name`, until it answers true.
    template <class Look>
    bool find(const mbedtls_x509_buf& name, Look look) const noexcept {
        return visit(name, [&look](der_bytes der) {
            mbedtls_x509_crt parsed;
            mbedtls_x509_crt_init(&parsed);
            const bool found = parse(parsed, der) == 0 && look(std::as_const(parsed));
            mbedtls_x509_crt_free(&parsed);
            return found;
        });
    }

    /// mbedTLS asks who may have signed `child`: one of these, or of the chain. It frees the list that it gets.
    int list_issuers(const mbedtls_x509_crt& chain, const mbedtls_x509_crt& child,
                     mbedtls_x509_crt*& list) const noexcept {
        list = static_cast<mbedtls_x509_crt*>(mbedtls_calloc(1, sizeof(mbedtls_x509_crt)));
        if (list == nullptr) return mbedtls_out_of_memory;
        mbedtls_x509_crt_init(list);
        int code = 0;
        const auto add = [list, &code](der_bytes der) {
            const int answer = parse(*list, der);
            if (mbedtls_api::is_out_of_memory(answer)) code = answer;
            return code != 0;
        };
        visit(child.issuer_raw, add);
        for (const mbedtls_x509_crt* at = &chain; at != nullptr && code == 0; at = at->next)
            if (may_be_same_name(span_of(at->subject_raw), span_of(child.issuer_raw))) add(span_of(at->raw));
        if (code == 0 && list->raw.len != 0) return 0;
        mbedtls_x509_crt_free(list);
        mbedtls_free(list);
        list = nullptr;
        return code;
    }

  private:
    static der_bytes span_of(const mbedtls_x509_buf& bytes) noexcept {
        return {reinterpret_cast<const std::byte*>(bytes.p), bytes.len};
    }
    static int parse(mbedtls_x509_crt& into, der_bytes der) noexcept {
        return mbedtls_x509_crt_parse_der_nocopy(&into, reinterpret_cast<const unsigned char*>(der.data()), der.size());
    }

    /// Calls `look(der)` in the same way. Stops at bytes that are no certificate: the program has changed them since `set`.
    template <class Look>
    bool visit(const mbedtls_x509_buf& name, Look look) const noexcept {
        for (der_bytes rest = all_; !rest.empty();) {
            const der_bytes each = rest.first(der_size(rest));
            if (each.empty()) return false;
            if (may_be_same_name(subject_of(each), span_of(name)) && look(each)) return true;
            rest = rest.subspan(each.size());
        }
        return false;
    }

    der_bytes all_;
    std::uint32_t count_ = 0;
};

/// For an mbedTLS without MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK.
class no_certificates_in_place {
  public:
    void set(der_bytes, std::uint32_t) noexcept {}
    [[nodiscard]] std::uint32_t size() const noexcept { return 0; }
    void add_to(sha256&) const noexcept {}
    template <class Look>
    bool find(const mbedtls_x509_buf&, Look) const noexcept {
        return false;
    }
    int list_issuers(const mbedtls_x509_crt&, const mbedtls_x509_crt&, mbedtls_x509_crt*&) const noexcept { return 0; }
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
