// superoffice/transport/tls/detail/mbedtls_random.hpp - the random generator of one link, and what it is seeded from.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_DETAIL_MBEDTLS_RANDOM_HPP
#define SUPEROFFICE_TRANSPORT_TLS_DETAIL_MBEDTLS_RANDOM_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/detail/process.hpp>
#include <superoffice/transport/tls/detail/mbedtls.hpp>
#include <superoffice/transport/tls/tls_options.hpp>

#include <cstddef>
#include <span>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

#if MBEDTLS_VERSION_NUMBER >= 0x04000000
/// mbedTLS 4 always uses the generator of PSA.
class random_generator {
  public:
    int begin(const random_source& custom) noexcept { return custom ? MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE : 0; }
    void give_to(mbedtls_ssl_config&) noexcept {}
    [[nodiscard]] bool has_failed() const noexcept { return false; }
    void start_over() noexcept {}
};
#else

#if !defined(MBEDTLS_NO_PLATFORM_ENTROPY)
/// With an operating system: mbedTLS reads its random bytes (getrandom, BCryptGenRandom, /dev/urandom). Other TLS
/// libraries seed from the same source alone. The entropy context of mbedTLS would add the cycle counter of the
/// processor and, in a 2.28 with HAVEGE, 38 KB of state; the kernel already mixes in as much.
class entropy_source {
  public:
    static int fill(void*, unsigned char* into, std::size_t size) noexcept {
        return fill_by(mbedtls_platform_entropy_poll, into, size);
    }
    /// `source` as mbedtls_platform_entropy_poll: it may give fewer bytes than it is asked for.
    static int fill_by(decltype(&mbedtls_platform_entropy_poll) source, unsigned char* into,
                       std::size_t size) noexcept {
        while (size != 0) {
            std::size_t got = 0;
            const int code = source(nullptr, into, size, &got);
            if (code != 0 || got == 0 || got > size) return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
            into += got;
            size -= got;
        }
        return 0;
    }
    void* context() noexcept { return nullptr; }
};
#else
/// Without an operating system: the sources that the platform gave to mbedTLS (mbedtls_hardware_poll, a seed in flash).
class entropy_source {
  public:
    entropy_source() noexcept { mbedtls_entropy_init(&pool_); }
    entropy_source(const entropy_source&) = delete;
    entropy_source& operator=(const entropy_source&) = delete;
    ~entropy_source() { mbedtls_entropy_free(&pool_); }
    static int fill(void* pool, unsigned char* into, std::size_t size) noexcept {
        return mbedtls_entropy_func(pool, into, size);
    }
    void* context() noexcept { return &pool_; }

  private:
    mbedtls_entropy_context pool_;
};
#endif

/// CTR_DRBG, or the source that the options name.
class random_generator {
  public:
    random_generator() noexcept { mbedtls_ctr_drbg_init(&drbg_); }
    random_generator(const random_generator&) = delete;
    random_generator& operator=(const random_generator&) = delete;
    ~random_generator() { mbedtls_ctr_drbg_free(&drbg_); }

    /// 0, or mbedTLS's code. The first call seeds.
    int begin(const random_source& custom) noexcept {
        custom_ = custom;
        if (custom_ || is_seeded_) return 0;
        static constexpr unsigned char label[] = "superoffice-batch";
        const int code = mbedtls_ctr_drbg_seed(&drbg_, entropy_source::fill, entropy_.context(), label, sizeof label);
        is_seeded_ = code == 0;
        owner_.set();
        return code;
    }

    void give_to(mbedtls_ssl_config& config) noexcept { mbedtls_ssl_conf_rng(&config, fill, this); }

    /// It failed since the last `start_over`. Each connection begins with `start_over`.
    [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }
    void start_over() noexcept { has_failed_ = false; }

    /// A callback of mbedTLS; `self` is the generator.
    static int fill(void* self, unsigned char* into, std::size_t size) noexcept {
        auto& me = *static_cast<random_generator*>(self);
        int code = 0;
        if (!me.custom_)
            code = me.draw(into, size);
        else if (!me.custom_.fill(me.custom_.context, {reinterpret_cast<std::byte*>(into), size}))
            code = MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
        me.has_failed_ = me.has_failed_ || code != 0;
        return code;
    }

  private:
    /// The child of a fork() would draw the same bytes as its parent, so it seeds anew.
    int draw(unsigned char* into, std::size_t size) noexcept {
        const int code = owner_.is_here() ? 0 : mbedtls_ctr_drbg_reseed(&drbg_, nullptr, 0);
        if (code != 0) return code;
        owner_.set();
        return mbedtls_ctr_drbg_random(&drbg_, into, size);
    }

    entropy_source entropy_;
    [[no_unique_address]] owning_process owner_;
    mbedtls_ctr_drbg_context drbg_;
    random_source custom_;
    bool is_seeded_ = false;
    bool has_failed_ = false;
};
#endif

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
