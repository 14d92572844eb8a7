// superoffice/service/detail/tenant_address.hpp - where the tenant lives, and the way to its new address after a 421.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SERVICE_DETAIL_TENANT_ADDRESS_HPP
#define SUPEROFFICE_SERVICE_DETAIL_TENANT_ADDRESS_HPP

#include <superoffice/base/borrowed.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/http/base_url.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// The client's base URL, parsed once, and the memory. A tenant answers 421 when it has moved to another host. Then
///
///     1. `aim_at_directory` makes the directory the target, and a request without credential asks it;
///     2. `move_to` takes the base URL out of its reply and keeps it at the end of the memory, which gets smaller.
///
/// After a failure in between, the next call goes to the base as before. Who asks is in tenant_directory.hpp.
class tenant_address : base_url {
  public:
    tenant_address(borrowed base, std::span<std::byte> memory) noexcept : memory_(memory), base_(base) {}

    [[nodiscard]] std::string_view base() const noexcept { return base_; }
    /// The memory without the new base URL at its end.
    [[nodiscard]] std::span<std::byte> memory() const noexcept { return memory_; }
    /// Whom the running exchange is for: the tenant, or the directory.
    [[nodiscard]] const base_url& target() const noexcept { return *this; }

    /// Makes the tenant the target. `e`, which says `ok` before, is the outcome.
    void aim_at_tenant(error& e) noexcept {
        if (aimed_at_tenant_) return;
        e = read_base_url(base_, *this);
        aimed_at_tenant_ = e.code == errc::ok;
    }

    error aim_at_directory(std::string_view url) noexcept {
        aimed_at_tenant_ = false;
        return read_base_url(url, *this);
    }

    /// False where the text is longer than half the memory. It may stand in the memory.
    bool move_to(std::string_view base) noexcept {
        const std::size_t whole = memory_.size() + kept_bytes();
        if (base.size() >= whole / 2) return false;
        memory_ = {memory_.data(), whole - base.size()};
        char* const kept = reinterpret_cast<char*>(memory_.data() + memory_.size());
        std::memmove(kept, base.data(), base.size());
        base_ = {kept, base.size()};
        moved_ = true;
        return true;
    }

    /// Whether the base URL is https. It must have been parsed before.
    [[nodiscard]] bool is_https() const noexcept { return base_[4] != ':'; }

    /// `needed()` counts the whole memory, with the address that is kept at its end.
    void add_kept_bytes(error& e) const noexcept {
        if (e.code != errc::memory_too_small && e.code != errc::reply_too_large) return;
        const auto kept = static_cast<std::uint32_t>(kept_bytes());
        e.offset = e.offset < UINT32_MAX - kept ? e.offset + kept : UINT32_MAX;
    }

  private:
    /// Bytes that a new base URL takes at the end of the memory.
    [[nodiscard]] std::size_t kept_bytes() const noexcept { return moved_ ? base_.size() : 0; }

    // The target is the base class, behind whose `https` there is room for these two.
    bool aimed_at_tenant_ = false;
    bool moved_ = false;  // `base_` stands behind `memory_`
    std::span<std::byte> memory_;
    std::string_view base_;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
