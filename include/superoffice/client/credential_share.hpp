// superoffice/client/credential_share.hpp - one credential that renews itself, for several clients.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_CREDENTIAL_SHARE_HPP
#define SUPEROFFICE_CLIENT_CREDENTIAL_SHARE_HPP

#include <superoffice/base/time.hpp>
#include <superoffice/http/request_head.hpp>
#include <superoffice/service/credentials.hpp>

#include <concepts>
#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// A source that counts its credentials: `generation()` changes with each new one.
template <class Source>
concept counted_credential_source = credential_source<Source> && requires(const Source& source) {
    { source.generation() } noexcept -> std::same_as<std::uint32_t>;
};

/// A client's part in a source that several clients use. It remembers which credential its client sent. So when several
/// clients are refused with the same old one, the source fetches one new credential, not one for each.
///
///     superoffice::refreshing_bearer login{...};
///     superoffice::client first{link1, base, superoffice::credential_share{login}, memory1};
///     superoffice::client second{link2, base, superoffice::credential_share{login}, memory2};
///
/// Borrows the source, which must outlive it. All clients of one source belong to one thread. 8 bytes and no heap.
template <counted_credential_source Source>
class credential_share {
  public:
    explicit credential_share(Source& source) noexcept : source_(&source) {}

    credential_state prepare(instant now) noexcept { return source_->prepare(now); }
    void add_to(request_head& head) noexcept {
        sent_ = source_->generation();
        source_->add_to(head);
    }
    /// True at once where another client has already caused a new credential.
    bool refused() noexcept { return sent_ != source_->generation() || source_->refused(); }

  private:
    Source* source_;
    std::uint32_t sent_ = 0;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
