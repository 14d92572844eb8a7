// output_commands.hpp - the file that a task made: downloads it, whole or not at all.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_OUTPUT_COMMANDS_HPP
#define SUPEROFFICE_CLI_OUTPUT_COMMANDS_HPP

#include "progress_block.hpp"
#include "session.hpp"
#include "whole_file.hpp"

#include <superoffice/batch.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cli {

/// Where the bytes go: a file that appears at the end, what is no file (a device, a pipe), or standard output ("-").
class output_target {
  public:
    /// Throws std::system_error for a folder, and for a file that is there and is not to be replaced.
    static void check(const std::filesystem::path& name, bool replaces);

    /// Checks, and throws also where it cannot be written.
    output_target(const std::filesystem::path& name, bool replaces);
    output_target(const output_target&) = delete;
    output_target& operator=(const output_target&) = delete;
    ~output_target();

    [[nodiscard]] bool is_standard_output() const { return name_ == "-"; }
    [[nodiscard]] bool is_file() const { return file_.has_value(); }
    void write(std::span<const std::byte> piece);
    void finish();

  private:
    std::filesystem::path name_;
    bool replaces_;
    std::optional<whole_file> file_;
    std::FILE* other_ = nullptr;
};

/// Takes the pieces of a file, and shows on a terminal how many there were. The library's sink must not throw, so an exception
/// waits in here.
class output_writer {
  public:
    output_writer(output_target& target, bool shows_progress)
        : target_(target), shows_(shows_progress), line_(true, {""}) {}

    /// `size`: the length that the reply announces, or nothing.
    superoffice::sink_answer take(std::span<const std::byte> piece, std::string_view size,
                                  superoffice::instant now) noexcept;

    /// Obeys the keys of the terminal.
    void attend();

    [[nodiscard]] bool has_written() const { return count_ != 0; }

    /// When the last piece came.
    [[nodiscard]] superoffice::instant last_piece() const { return last_piece_; }
    void wait_from(superoffice::instant now) { last_piece_ = now; }

    /// Takes the progress away; throws what stopped the writing.
    void end();

  private:
    void show(superoffice::instant now);

    output_target& target_;
    bool shows_;
    progress_block line_;
    std::uint64_t count_ = 0;
    std::optional<std::uint64_t> size_;
    superoffice::instant last_piece_, shown_;
    std::exception_ptr problem_;
};

/// Says which file there is now.
void put_saved(const std::filesystem::path& name, std::uint64_t bytes, bool json);

/// How one try to download a file ended.
struct download_end {
    exit_code code = exit_code::done;  ///< where there is no error
    superoffice::error error;
    bool may_begin_anew = false;  ///< nothing of the file went where it cannot be taken back
};

/// One try to download the output of the task. `--timeout` limits the wait for each piece, not the whole file.
template <class Link>
download_end try_download(session<Link>& to, std::int32_t id, const std::filesystem::path& name) {
    output_target target{name, to.given().force};
    if (to.given().cleanup && !target.is_file()) {
        complain("--cleanup needs a file: only of a file it is known when it is safe", exit_code::usage);
        return {exit_code::usage, {}, false};
    }
    output_writer writer{target, is_terminal() && target.is_file() && !to.given().json && !to.given().trace};
    const auto sink = [&](std::span<const std::byte> piece) noexcept {
        return writer.take(piece, to.api().last_reply().head.header("Content-Length"), Link::clock::now());
    };
    superoffice::call_options options;
    options.timeout = superoffice::milliseconds{std::int64_t{365} * 86'400'000};
    auto call = to.api().start_download(superoffice::get_output_from_batch, {id}, sink, UINT64_MAX, options,
                                        superoffice::allow_waiting_lookup);
    writer.wait_from(Link::clock::now());
    for (;;) {
        const superoffice::instant now = Link::clock::now();
        const bool done = call.step(now) == superoffice::step_state::done;
        if (interruption() != 0) {
            if (!done) call.cancel();
            writer.end();
            return {code_of_interruption(), {}, false};
        }
        if (done) break;
        writer.attend();
        const superoffice::milliseconds idle = Link::clock::now() - writer.last_piece();
        if (idle >= to.given().timeout) {
            call.cancel();
            writer.end();
            return {exit_code::connection,
                    {.stage = superoffice::stage::receive, .code = superoffice::errc::deadline_exceeded},
                    target.is_file() || !writer.has_written()};
        }
        to.wait(call.wants(), now);
    }
    writer.end();
    if (call.error() == superoffice::errc::null_document) {
        complain("the task has no output: it is not finished, or made no file", exit_code::service);
        return {exit_code::service, {}, false};
    }
    if (!call.result()) return {exit_code::service, call.error(), target.is_file() || !writer.has_written()};
    target.finish();
    if (!target.is_standard_output()) put_saved(name, *call.result(), to.given().json);
    return {};
}

/// Downloads the output of the task, and begins anew as --retry allows.
template <class Link>
exit_code download(session<Link>& to, std::int32_t id, const std::filesystem::path& name) {
    catch_interruptions();  // before there is a file to take away
    if (is_terminal()) catch_terminal_signals();
    for (std::uint32_t done = 0;; ++done) {
        const download_end end = try_download(to, id, name);
        if (end.error.code == superoffice::errc::ok) return end.code;
        if (!end.may_begin_anew || !to.tries_again(end.error, done)) return to.fail(end.error);
    }
}

/// The file of a task whose suggested name is known.
template <class Link>
exit_code download_suggested(session<Link>& to, std::int32_t id, std::string_view suggested) {
    const std::string& given = to.given().output;
    return download(to, id, given.empty() ? plain_file_name(suggested, id) : given);
}

template <class Link>
exit_code output(session<Link>& to) {
    const std::int32_t id = to.given().id;
    if (!to.given().output.empty()) return download_suggested(to, id, {});
    superoffice::call_options call;
    call.select = "FileName";
    const superoffice::result<superoffice::BatchTaskInfo> task =
        to.with_retries([&] { return to.api().get_batch_task_info(id, call); });
    if (!task) return to.fail(task.error());
    return download_suggested(to, id, std::string{task->FileName.value_or(std::string_view{})});
}

/// Deletes at the service what the file was made from. Only when the file is safe.
template <class Link>
exit_code clean_up(session<Link>& to) {
    const superoffice::result<void> cleaned =
        to.with_retries([&] { return to.api().run(superoffice::cleanup_batch_task, {to.given().id}); });
    return cleaned ? exit_code::done : to.fail(cleaned.error());
}

}  // namespace cli
#endif
