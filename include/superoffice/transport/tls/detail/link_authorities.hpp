// superoffice/transport/tls/detail/link_authorities.hpp - the authorities of one link: those that its options share, or its own.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_DETAIL_LINK_AUTHORITIES_HPP
#define SUPEROFFICE_TRANSPORT_TLS_DETAIL_LINK_AUTHORITIES_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/base/error.hpp>
#include <superoffice/base/result.hpp>
#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/tls/certificate_authorities.hpp>
#include <superoffice/transport/tls/detail/mbedtls.hpp>
#include <superoffice/transport/tls/tls_options.hpp>

#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

class link_authorities {
  public:
    /// Makes ready what the options name, and keeps it. Reads a file at once and parses a bounded piece in one call;
    /// `would_block` with `wait_for::nothing` asks for the next call.
    io_result load(const tls_options& options) noexcept {
        if (options.pin_instead_of_authorities) return options.pins.empty() ? misused() : io_result::ready();
        if (options.authorities != nullptr) return share(options);
        while (!is_loaded_) {
            using progress = certificate_authorities::progress;
            const progress now = own_.step();  // done, too, while nothing is being read
            if (now == progress::more) return io_result::would_block(wait_for::nothing, stage::handshake);
            error e = own_.problem();
            if (now == progress::done) {
                is_loaded_ = next_ == source::none;
                e = begin_next(options);
                if (e.code == errc::ok) continue;
            }
            own_.clear();
            next_ = source::first;
            return failed(e.code, e.native);
        }
        return io_result::ready();
    }

    /// The authorities of this link; there are none if a pin replaces them.
    [[nodiscard]] const certificate_authorities& get() const noexcept { return shared_ != nullptr ? *shared_ : own_; }

  private:
    enum class source : std::uint8_t { first, memory, none };

    static io_result failed(errc code, int native) noexcept {
        return io_result::failed(code, native, stage::handshake);
    }

    static io_result misused() noexcept { return failed(errc::bad_tls_options, 0); }

    io_result share(const tls_options& options) noexcept {
        const bool has_others = options.ca_file != nullptr || !options.ca_memory.empty();
        if (has_others || !options.authorities->is_loaded()) return misused();
        shared_ = options.authorities;
        return io_result::ready();
    }

    error begin_next(const tls_options& options) noexcept {
        const source now = next_;
        next_ = now == source::first ? source::memory : source::none;
        if (now == source::first && options.ca_file != nullptr) return own_.start_file(options.ca_file).error();
        if (now == source::first && options.ca_memory.empty()) own_.start_system();
        if (now == source::memory && !options.ca_memory.empty()) own_.start(options.ca_memory);
        return {};
    }

    certificate_authorities own_;
    const certificate_authorities* shared_ = nullptr;
    source next_ = source::first;
    bool is_loaded_ = false;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
