// superoffice/client/kept_list.hpp - keeps the elements of a list in the caller's memory, texts included.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_KEPT_LIST_HPP
#define SUPEROFFICE_CLIENT_KEPT_LIST_HPP

#include <superoffice/base/error.hpp>
#include <superoffice/base/result.hpp>
#include <superoffice/client/list_call.hpp>
#include <superoffice/codec/keep.hpp>

#include <cstddef>
#include <span>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// Copies each element of a list into a span of the caller's, and its texts into storage of the caller's. The list ends where
/// either is full. Borrows both; no heap.
///
///     my_task tasks[100];
///     char texts[4096];
///     superoffice::kept_list kept{std::span{tasks}, texts};
///     const auto count = api.run_list<my_task>(superoffice::get_batch_task_infos_by_state, {BatchTaskState::Started},
///                                              kept.function());
///     for (const my_task& task : kept.elements()) show(task);
template <class Info>
class kept_list {
  public:
    constexpr explicit kept_list(std::span<Info> elements, std::span<char> texts = {}) noexcept
        : room_(elements), texts_(texts) {}

    /// What `run_list` and `start_list` get: a small object that refers to this one.
    struct taker {
        kept_list* list;
        list_answer operator()(const Info& element) noexcept { return list->take(element); }
    };
    [[nodiscard]] constexpr taker function() noexcept { return {this}; }

    /// The elements that were kept.
    [[nodiscard]] constexpr std::span<Info> elements() const noexcept { return {room_.data(), size_}; }
    /// False: there was an element for which there was no room, in the span or for its texts. The list may have had more.
    [[nodiscard]] constexpr bool is_complete() const noexcept { return complete_; }

    /// Begins anew, with all of the memory.
    constexpr void clear() noexcept {
        size_ = used_ = 0;
        complete_ = true;
    }

  private:
    constexpr list_answer take(const Info& element) noexcept {
        complete_ = false;
        if (size_ == room_.size()) return list_answer::stop;
        const result<Info> kept = keep(element, std::span<char>{texts_.data() + used_, texts_.size() - used_});
        if (!kept) return list_answer::stop;
        detail::text_storage counted{{}};
        Info copy = element;
        detail::keep_views(copy, counted);
        used_ += counted.size();
        room_[size_++] = *kept;
        complete_ = true;
        return list_answer::more;
    }

    std::span<Info> room_;
    std::span<char> texts_;
    std::size_t size_ = 0;
    std::size_t used_ = 0;  // of the texts
    bool complete_ = true;
};
template <class Info, std::size_t Size>
kept_list(std::span<Info, Size>) -> kept_list<Info>;
template <class Info, std::size_t Size, class Texts>
kept_list(std::span<Info, Size>, Texts&&) -> kept_list<Info>;

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
