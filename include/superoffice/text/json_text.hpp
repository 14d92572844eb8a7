// superoffice/text/json_text.hpp - a JSON value as it is written in its document; escapes are read on demand.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TEXT_JSON_TEXT_HPP
#define SUPEROFFICE_TEXT_JSON_TEXT_HPP

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/result.hpp>
#include <superoffice/text/detail/json_escape.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// One value of a document, usually a string, as it is written there. A view: it is valid as long as the document. It never
/// changes the document, so each question gets the same answer every time. The token was checked before, so no function below
/// meets malformed text.
///
/// Its *text* is: for a string, the characters between the quotes, with the escapes read; for null and for a default-made
/// one, nothing; for any other value, the token.
class json_text {
    // At the top, because clang wants a function defined before a constant expression that calls it.
    constexpr std::string_view inside() const noexcept {
        return is_string() ? std::string_view{data_ + 1, size_ - std::size_t{2}} : raw();
    }

    // The text of an escaped string piece by piece: what stands between two escapes, or what one escape stands for.
    class pieces {
      public:
        explicit constexpr pieces(std::string_view inside) noexcept
            : at_(inside.data()), end_(inside.data() + inside.size()) {}

        [[nodiscard]] constexpr bool at_end() const noexcept { return at_ == end_; }
        /// Lives until the next call.
        [[gnu::noinline]] constexpr std::string_view next() noexcept {
            if (*at_ == '\\') return {decoded_, detail::write_utf8(detail::read_escape(at_, end_), decoded_)};
            const char* const start = at_;
            while (at_ != end_ && *at_ != '\\') ++at_;
            return {start, static_cast<std::size_t>(at_ - start)};
        }

      private:
        const char* at_;
        const char* end_;
        char decoded_[detail::utf8_max_bytes] = {};
    };

  public:
    constexpr json_text() noexcept = default;
    /// For readers: `token` is one whole, checked value without white space around it, at most 4 GB long; `escaped`
    /// says whether it is a string that holds a backslash.
    constexpr json_text(std::string_view token, bool escaped) noexcept
        : data_(token.data()), size_(static_cast<std::uint32_t>(token.size())), escaped_(escaped) {}

    /// As in the document, quotes included. Empty for a default-made one. (With std::size_t, here and elsewhere: for any other
    /// type the compiler checks whether it is an iterator, which takes long.)
    [[nodiscard]] constexpr std::string_view raw() const noexcept { return {data_, std::size_t{size_}}; }

    [[nodiscard]] constexpr bool is_string() const noexcept { return size_ != 0 && *data_ == '"'; }
    /// The literal null. False for a default-made one.
    [[nodiscard]] constexpr bool is_null() const noexcept { return size_ != 0 && *data_ == 'n'; }
    /// A string that holds a backslash.
    [[nodiscard]] constexpr bool is_escaped() const noexcept { return escaped_; }

    /// The text as a view into the document. For an escaped string (use `copy`), for null and for a default-made one: a view
    /// whose data() is nullptr.
    [[nodiscard]] constexpr std::string_view plain() const noexcept {
        if (escaped_ || is_null()) return {};
        return inside();
    }

    /// How many bytes the text has. Reads the token where it is escaped, else free.
    [[nodiscard]] constexpr std::size_t unescaped_size() const noexcept {
        if (!escaped_) return plain().size();
        std::size_t total = 0;
        for (pieces text{inside()}; !text.at_end();) total += text.next().size();
        return total;
    }

    /// Copies the text, without a terminator, and answers the part of `into` that holds it.
    /// Errors: `memory_too_small`, and `needed()` says how many bytes would do; `into` is untouched then.
    [[nodiscard]] constexpr result<std::string_view> copy(std::span<char> into) const noexcept {
        const std::size_t needed = unescaped_size();
        if (needed > into.size())
            return error{.code = errc::memory_too_small, .offset = static_cast<std::uint32_t>(needed)};
        char* out = into.data();
        if (!escaped_)
            for (const char c : plain()) *out++ = c;
        else
            for (pieces text{inside()}; !text.at_end();)
                for (const char c : text.next()) *out++ = c;
        return std::string_view{into.data(), needed};
    }

    /// The text is `other`, byte for byte. Null and a default-made one equal nothing, not even "".
    friend constexpr bool operator==(const json_text& text, std::string_view other) noexcept {
        if (text.size_ == 0 || text.is_null()) return false;
        if (!text.escaped_) return text.inside() == other;
        return text.equals_escaped(other);
    }

  private:
    [[gnu::cold]] constexpr bool equals_escaped(std::string_view other) const noexcept {
        for (pieces text{inside()}; !text.at_end();) {
            const std::string_view piece = text.next();
            if (!detail::ascii::begins_with(other, piece)) return false;
            other.remove_prefix(piece.size());
        }
        return other.empty();
    }

    const char* data_ = nullptr;
    std::uint32_t size_ = 0;
    bool escaped_ = false;
};
static_assert(sizeof(json_text) <= 16 && std::is_trivially_copyable_v<json_text>);

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
