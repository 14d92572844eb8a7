// superoffice/codec/request_list.hpp - lists in requests: std::span<const T> as a JSON array.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_REQUEST_LIST_HPP
#define SUPEROFFICE_CODEC_REQUEST_LIST_HPP

#include <superoffice/codec/codec.hpp>

#include <span>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// A list in a request. Its elements are borrowed until the call is over. An empty one is written as [].
template <class T>
    requires detail::has_codec<T>
struct codec<std::span<const T>> {
    template <json_value Value>
    static errc decode(Value&, std::span<const T>&, decode_state&) noexcept {
        static_assert(sizeof(Value) == 0,
                      "superoffice: a std::span is for requests: keep a reply's list as superoffice::json_text, or go "
                      "through it element by element");
        return errc::wrong_kind;
    }
    static constexpr void encode(json_writer& out, const std::span<const T>& list) noexcept {
        out.put('[');
        for (std::size_t n = 0; n != list.size(); ++n) {
            if (n != 0) out.put(',');
            codec<T>::encode(out, list[n]);
        }
        out.put(']');
    }
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
