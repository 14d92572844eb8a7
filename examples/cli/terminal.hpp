// terminal.hpp - what standard output is, and what the system may interrupt the tool with.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_TERMINAL_HPP
#define SUPEROFFICE_CLI_TERMINAL_HPP

#include <cstddef>
#include <string_view>

namespace cli {

/// Whether standard output is a terminal that understands escape sequences.
bool is_terminal();

/// The same, and nobody asked for no colours (NO_COLOR).
bool wants_colours();

/// The terminal's width now; 80 where it does not say.
std::size_t terminal_columns();

/// The terminal's height now; 24 where it does not say.
std::size_t terminal_rows();

/// Writes to standard output, at once. Throws std::system_error where that cannot be.
void put(std::string_view text);

/// Call first: a reader that went away is an error of `put`, not the end of the process; and no connection takes the
/// number of a standard stream that is closed.
void prepare_streams();

/// From now on SIGINT, SIGTERM and SIGHUP are remembered instead of obeyed; a second one of a kind ends the process.
void catch_interruptions();

/// The signal that came, or 0. SIGINT counts only where no other came.
int interruption();

/// From now on the terminal's stop key (Ctrl-Z) and its changes of size are remembered as well: nothing of it stops the
/// process before `stop_until_continued`.
void catch_terminal_signals();

/// Whether Ctrl-Z was pressed since the last call.
bool wants_to_stop();

/// Stops the process as Ctrl-Z does; returns when it is continued (fg).
void stop_until_continued();

/// Whether the terminal got another size since the last call, or the process was stopped and continued.
bool has_to_redraw();

/// Takes catch_interruptions back: each of them ends the process at once.
void obey_interruptions();

/// Whether there is a person who can be asked: all three standard streams are a terminal, and nobody else reads from it.
bool can_ask();

/// Asks on standard error and reads one line of standard input, of what is typed from now on: true for y and Y only.
bool says_yes(const char* question);

}  // namespace cli
#endif
