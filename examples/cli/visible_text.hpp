// visible_text.hpp - text from a server, made fit for a terminal: nothing in it is obeyed, everything is seen.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_VISIBLE_TEXT_HPP
#define SUPEROFFICE_CLI_VISIBLE_TEXT_HPP

#include <cstddef>
#include <string>
#include <string_view>

namespace cli {

/// Control characters (C0, DEL, C1), line separators, and the marks that turn the direction of writing become escapes
/// such as \n, \x1b, \u202e; so do bytes that are no UTF-8. Everything else stays.
std::string visible(std::string_view text);

/// The same JSON document on one line, and with nothing but printable characters in its strings.
std::string one_line(std::string_view json);

/// The front of a text, at most so many columns wide; three dots at its end say that there was more. Characters that
/// some terminals draw two columns wide count as two.
std::string cut(std::string_view text, std::size_t columns);

/// How wide it is, by the same rule.
std::size_t width_of(std::string_view text);

}  // namespace cli
#endif
