// superoffice/transport/tls/detail/curves_and_ciphers.hpp - which curves and cipher suites are offered, in which order, and why.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_DETAIL_CURVES_AND_CIPHERS_HPP
#define SUPEROFFICE_TRANSPORT_TLS_DETAIL_CURVES_AND_CIPHERS_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/tls/detail/mbedtls.hpp>

#include <cstddef>
#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// The cheapest curve first. By default mbedTLS 2.28 prefers the largest, which costs many times the processor time.
inline constexpr tls_curve curve_order[] = {tls_curve::x25519, tls_curve::secp256r1, tls_curve::secp384r1,
                                            tls_curve::secp521r1};

/// The curves of `curve_order` that this mbedTLS was built with, as mbedTLS writes them. The rest of the array ends the
/// list.
struct curve_list {
    mbedtls_api::curve_id ids[sizeof curve_order / sizeof curve_order[0] + 1];
};
consteval curve_list curves_of_this_build() noexcept {
    static_assert(mbedtls_api::no_curve == mbedtls_api::curve_id{}, "the list ends with it");
    curve_list list{};
    std::size_t n = 0;
    for (const tls_curve each : curve_order)
        if (mbedtls_api::id_of(each) != mbedtls_api::no_curve) list.ids[n++] = mbedtls_api::id_of(each);
    return list;
}
inline constexpr curve_list offered_curves = curves_of_this_build();

/// True on a 64-bit ARM with instructions for AES and for the product that GCM needs. Elsewhere false, and no code.
inline bool cpu_has_aes() noexcept {
#if defined(__aarch64__) && defined(__linux__)
    constexpr unsigned long wanted = 1UL << 3 | 1UL << 4;  // HWCAP_AES, HWCAP_PMULL
    return (getauxval(AT_HWCAP) & wanted) == wanted;
#elif defined(_M_ARM64) || (defined(__aarch64__) && defined(__APPLE__))
    return true;  // every processor that these systems run on has them
#else
    return false;
#endif
}

/// This mbedTLS is faster at AES-GCM than at ChaCha20-Poly1305. On x86 it never is, although it uses the instructions
/// of the processor: a record of 1250 bytes takes AES-128-GCM 1.55 times as long with 2.28.3, and 1.57 times with 3.6.6
/// (measured on 2026-11-26, an AMD EPYC with AES-NI).
inline bool has_fast_aes() noexcept {
#if defined(MBEDTLS_AESCE_C)
    return cpu_has_aes();
#else
    return false;
#endif
}

#if !defined(MBEDTLS_SSL_CIPHERSUITES)
// 0x1301 to 0x1303 are those of TLS 1.3; 2.28 has no names for them. mbedTLS leaves out those that it was not built
// with.
inline constexpr int aes_first[] = {0x1301,
                                    0x1302,
                                    0x1303,
                                    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                                    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                                    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                                    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
                                    MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
                                    MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
                                    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
                                    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
                                    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384,
                                    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
                                    0};
inline constexpr int chacha_first[] = {0x1303,
                                       0x1301,
                                       0x1302,
                                       MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
                                       MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
                                       MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                                       MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                                       MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                                       MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
                                       MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
                                       MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
                                       MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384,
                                       MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
                                       0};
#endif

/// `chosen` as in `tls_options::ciphersuites`.
inline void offer_curves_and_ciphers(mbedtls_ssl_config& config, const int* chosen) noexcept {
    mbedtls_api::set_curves(config, offered_curves.ids);
#if !defined(MBEDTLS_SSL_CIPHERSUITES)
    if (chosen == nullptr) chosen = has_fast_aes() ? aes_first : chacha_first;
#endif
    if (chosen != nullptr) mbedtls_ssl_conf_ciphersuites(&config, chosen);
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
