#include "visible_text.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

namespace cli {
namespace {

struct character {
    std::uint32_t point;
    std::size_t bytes;
    bool valid;
};

/// The first character of a text that is not empty. RFC 3629 section 4, but for surrogates and overlong forms of more
/// than two bytes: a terminal shows those as they are.
character first_of(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = byte(0);
    if (lead < 0x80) return {lead, 1, true};
    const std::size_t size = lead >= 0xf0 && lead < 0xf5   ? 4
                             : lead >= 0xe0 && lead < 0xf0 ? 3
                             : lead >= 0xc2 && lead < 0xe0 ? 2
                                                           : 0;
    if (size == 0 || text.size() < size) return {lead, 1, false};
    std::uint32_t point = lead & (0xffu >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0u) != 0x80u) return {lead, 1, false};
        point = point << 6 | (byte(i) & 0x3fu);
    }
    if (point < (size == 4 ? 0x10000u : size == 3 ? 0x800u : 0x80u)) return {lead, 1, false};
    return {point, size, true};
}

bool is_dangerous(std::uint32_t point) {
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x61c || point == 0x200e || point == 0x200f ||
           (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
}

std::string hexadecimal(const char* form, std::uint32_t value) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), form, static_cast<unsigned>(value));
    return text.data();
}

std::string escape(const character& c) {
    switch (c.valid ? c.point : 0) {
        case '\n': return "\\n";
        case '\r': return "\\r";
        case '\t': return "\\t";
        default: return hexadecimal(c.point < 0x80 || !c.valid ? "\\x%02x" : "\\u%04x", c.point);
    }
}

std::size_t columns_of(const character& c) { return c.point < 0x1100 ? 1 : 2; }

}  // namespace

std::string visible(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const character c = first_of(text);
        if (!c.valid || is_dangerous(c.point))
            shown += escape(c);
        else
            shown += text.substr(0, c.bytes);
        text.remove_prefix(c.bytes);
    }
    return shown;
}

std::string one_line(std::string_view json) {
    std::string line;
    bool in_string = false;
    while (!json.empty()) {
        const character c = first_of(json);
        std::size_t taken = c.bytes;
        if (in_string && c.point == '\\') {
            taken = json.size() < 2 ? 1 : 2;
            line += json.substr(0, taken);
        } else if (is_dangerous(c.point)) {
            if (in_string) line += hexadecimal("\\u%04x", c.point);  // between values it is white space
        } else if (in_string || c.point != ' ') {
            if (c.point == '"') in_string = !in_string;
            line += json.substr(0, taken);
        }
        json.remove_prefix(taken);
    }
    return line;
}

std::size_t width_of(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const character c = first_of(text);
        width += columns_of(c);
        text.remove_prefix(c.bytes);
    }
    return width;
}

std::string cut(std::string_view text, std::size_t columns) {
    if (width_of(text) <= columns) return std::string{text};
    constexpr std::string_view dots = "...";
    if (columns < dots.size()) return std::string(columns, '.');
    std::size_t bytes = 0;
    for (std::size_t left = columns - dots.size(); bytes < text.size();) {
        const character c = first_of(text.substr(bytes));
        if (columns_of(c) > left) break;
        left -= columns_of(c);
        bytes += c.bytes;
    }
    return std::string{text.substr(0, bytes)}.append(dots);
}

}  // namespace cli
