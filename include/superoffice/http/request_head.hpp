// superoffice/http/request_head.hpp - header lines of a request, written and checked in the caller's memory.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_HTTP_REQUEST_HEAD_HPP
#define SUPEROFFICE_HTTP_REQUEST_HEAD_HPP

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/detail/base64.hpp>
#include <superoffice/base/detail/wipe.hpp>
#include <superoffice/base/error.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include <superoffice/base/detail/macros_begin.hpp>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// A header with a longer value is refused. Access tokens can have more than a kilobyte; servers take 8 to 16 KB.
inline constexpr std::size_t max_header_value_bytes = 16 * 1024;

/// A part of a header's value: base64 of "user:password" (RFC 7617 section 2). It is encoded while it is written, so the
/// clear text is never copied. A colon in `user`, and control characters in either, are refused.
struct base64_pair {
    std::string_view user;
    std::string_view password;
};

/// A credential writes its header lines here:
///
///     void add_to(superoffice::request_head& head) const noexcept {
///         head.header("Authorization", "Bearer ", token_);
///     }
///
/// Writes into the span that it was made with, never past it. When the span is full it only counts, so that `needed()` says
/// how much would have been enough. After a refused byte every further call does nothing, so `failure()` is asked once, at
/// the end. No heap. The time is proportional to the text.
class request_head {
  public:
    constexpr explicit request_head(std::span<std::byte> memory) noexcept : memory_(memory) {}
    request_head(const request_head&) = delete;
    request_head& operator=(const request_head&) = delete;

    /// Adds one header line. Its value is the `parts` one behind the other: each is a text, an unsigned number (written in
    /// decimal) or a `base64_pair`. `name` must be a token (RFC 9110 section 5.1). A value is refused if it contains CR, LF,
    /// NUL or another control character except HTAB, or if it is longer than `max_header_value_bytes`.
    template <class... Parts>
    void header(std::string_view name, const Parts&... parts) noexcept {
        if constexpr (sizeof...(Parts) == 2 && (true && ... && std::convertible_to<const Parts&, std::string_view>)) {
            text_header(name, parts...);
        } else if constexpr (sizeof...(Parts) == 1 &&
                             (true && ... && std::convertible_to<const Parts&, std::string_view>)) {
            text_header(name, parts..., {});
        } else {
            field_name(name);
            (part(parts), ...);
            constant("\r\n");
        }
    }

    /// `errc::ok`; or `bad_header_value`, whose `position()` is the byte at fault in the name or in the value (all parts
    /// together; for a `base64_pair`, in its clear text), and whose `header_number()` is the number of the header; or
    /// `memory_too_small`, whose `needed()` is enough for everything that was added so far.
    [[nodiscard]] constexpr error failure() const noexcept {
        if (bad_) return detail::refused_request(errc::bad_header_value, bad_at_, header_);
        return detail::refused_request(needed_ > memory_.size() ? errc::memory_too_small : errc::ok, needed_);
    }

    /// With `bad_header_value`: the name of that header, as it was given to `header`.
    [[nodiscard]] constexpr std::string_view bad_name() const noexcept { return name_; }

    /// Bytes written, counted from the start of the memory.
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }

    /// Bytes that everything which was added takes. More than the memory has if it did not fit.
    [[nodiscard]] constexpr std::size_t needed() const noexcept { return needed_; }

    /// The text that was written: a view into the memory.
    [[nodiscard]] std::string_view text() const noexcept {
        return {reinterpret_cast<const char*>(memory_.data()), size_};
    }

    /// Zeroes the text that was written and starts again, so that no credential is left in memory if the request is not
    /// sent.
    void wipe() noexcept {
        detail::wipe(memory_.data(), size_);
        size_ = needed_ = 0;
        bad_ = false;
        header_ = 0;
    }

  protected:
    /// Writes a text of the library itself, without checking it.
    [[gnu::noinline]] void constant(const char* text) noexcept { put({text, detail::ascii::length_of(text)}); }

    void put_token(std::string_view token) noexcept {
        for (std::size_t i = 0; i < token.size(); ++i)
            if (!detail::ascii::is_token(token[i])) refuse(i);
        put(token);
    }

    [[gnu::noinline]] constexpr void refuse(std::size_t at) noexcept {
        if (!bad_) bad_at_ = at;
        bad_ = true;
    }

    // Headers are counted until one is refused; that is the number of the header at fault.

    constexpr void count_headers_from_here() noexcept {
        if (!bad_) header_ = 0;
    }
    [[gnu::noinline]] constexpr void count_header() noexcept {
        if (!bad_) ++header_;
    }

    void put(std::string_view text) noexcept {
        if (bad_ || text.empty()) return;
        const bool fits = needed_ == size_ && text.size() <= memory_.size() - size_;
        needed_ += text.size();
        if (!fits) return;
        std::memcpy(memory_.data() + size_, text.data(), text.size());
        size_ += text.size();
    }

  private:
    /// The usual case. Not inlined, and by reference: it is called from many places.
    [[gnu::noinline]] void text_header(const std::string_view& name, const std::string_view& a,
                                       const std::string_view& b) noexcept {
        field_name(name);
        part(a);
        part(b);
        constant("\r\n");
    }

    void field_name(std::string_view name) noexcept {
        count_header();
        if (!bad_) name_ = name;
        if (name.empty()) refuse(0);
        put_token(name);
        constant(": ");
        value_bytes_ = 0;
        raw_bytes_ = 0;
    }

    void part(std::string_view text) noexcept {
        check_text(text);
        put_value(text);
    }

    template <std::unsigned_integral Number>
        requires(!std::same_as<Number, bool> && !std::same_as<Number, char>)
    void part(Number value) noexcept {
        part(detail::ascii::decimal(value).text());
    }

    void part(const base64_pair& pair) noexcept {
        const std::size_t colon = detail::ascii::find(pair.user, ':');
        check_text(detail::ascii::first(pair.user, colon));
        if (colon != pair.user.size()) refuse(raw_bytes_);
        check_text(detail::ascii::literal(":"));
        check_text(pair.password);
        // RFC 7617 forbids every control character, also HTAB.
        const std::size_t start = raw_bytes_ - pair.password.size() - 1 - pair.user.size();
        if (const std::size_t tab = detail::ascii::find(pair.user, '\t'); tab != pair.user.size()) refuse(start + tab);
        if (const std::size_t tab = detail::ascii::find(pair.password, '\t'); tab != pair.password.size())
            refuse(start + pair.user.size() + 1 + tab);
        put_base64(pair);
    }

    void check_text(std::string_view text) noexcept {
        const std::size_t end = detail::ascii::end_of_text(text.data(), 0, text.size());
        if (end != text.size()) refuse(raw_bytes_ + end);
        raw_bytes_ += text.size();
    }

    void put_value(std::string_view text) noexcept {
        if (text.size() > max_header_value_bytes - value_bytes_) return refuse(max_header_value_bytes);
        value_bytes_ += text.size();
        put(text);
    }

    void put_base64(const base64_pair& pair) noexcept {
        constexpr const char* digits = detail::base64_digits;
        const std::size_t size = pair.user.size() + 1 + pair.password.size();
        const auto byte = [&pair](std::size_t i) noexcept -> std::uint32_t {
            if (i < pair.user.size()) return static_cast<unsigned char>(pair.user[i]);
            if (i == pair.user.size()) return static_cast<unsigned char>(':');
            i -= pair.user.size() + 1;
            return i < pair.password.size() ? static_cast<unsigned char>(pair.password[i]) : 0u;
        };
        for (std::size_t i = 0; i < size && !bad_; i += 3) {
            const std::uint32_t bits = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
            char four[] = {digits[bits >> 18], digits[bits >> 12 & 63], digits[bits >> 6 & 63], digits[bits & 63]};
            if (i + 1 == size) four[2] = '=';
            if (i + 2 >= size) four[3] = '=';
            put_value({four, sizeof four});
        }
    }

    // Small members come first: a Cortex-M reaches them by shorter instructions there.
    bool bad_ = false;
    std::uint16_t header_ = 0;
    std::span<std::byte> memory_;
    std::size_t size_ = 0;
    std::size_t needed_ = 0;
    std::size_t bad_at_ = 0;
    std::string_view name_;        // of the header being written, or of the one at fault
    std::size_t value_bytes_ = 0;  // of the value being written
    std::size_t raw_bytes_ = 0;    // of the same value before it was encoded
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#include <superoffice/base/detail/macros_end.hpp>
#endif
