#include "output_commands.hpp"

#include "terminal.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>

namespace cli {

struct saved_file {
    std::string_view file;
    std::int64_t bytes;
};
BOOST_DESCRIBE_STRUCT(saved_file, (), (file, bytes))

namespace {

/// "1.5 MB"
std::string size_text(std::uint64_t bytes) {
    constexpr std::array<const char*, 4> units{"kB", "MB", "GB", "TB"};
    if (bytes < 1'000) return std::to_string(bytes) + " B";
    std::size_t unit = 0;
    std::uint64_t tenths = bytes / 100;
    for (; tenths >= 10'000 && unit + 1 < units.size(); ++unit) tenths /= 1'000;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " " + units[unit];
}

}  // namespace

void output_target::check(const std::filesystem::path& name, bool replaces) {
    namespace fs = std::filesystem;
    if (name == "-") return;
    std::error_code problem;
    const fs::file_status there = fs::status(name, problem);
    if (fs::is_directory(there))
        throw std::system_error{std::make_error_code(std::errc::is_a_directory), name.string()};
    const bool is_file = fs::is_regular_file(there) || !fs::exists(there);
    if (is_file && !replaces && fs::exists(fs::symlink_status(name, problem)))
        throw std::system_error{std::make_error_code(std::errc::file_exists),
                                name.string() + ": is not replaced without --force"};
}

output_target::output_target(const std::filesystem::path& name, bool replaces) : name_(name), replaces_(replaces) {
    check(name, replaces);
    if (is_standard_output()) return;
    std::error_code problem;
    const std::filesystem::file_status there = std::filesystem::status(name_, problem);
    if (!std::filesystem::exists(there) || std::filesystem::is_regular_file(there)) {
        file_.emplace(name_, whole_file::readers::as_usual);
        return;
    }
    other_ = std::fopen(name_.string().c_str(), "wb");
    if (other_ == nullptr) throw std::system_error{errno, std::generic_category(), name_.string()};
}

output_target::~output_target() {
    if (other_ != nullptr) std::fclose(other_);
}

void output_target::write(std::span<const std::byte> piece) {
    const std::string_view bytes{reinterpret_cast<const char*>(piece.data()), piece.size()};
    if (file_) return file_->write(bytes);
    if (other_ == nullptr) return put(bytes);
    if (std::fwrite(bytes.data(), 1, bytes.size(), other_) != bytes.size() || std::fflush(other_) != 0)
        throw std::system_error{errno, std::generic_category(), name_.string()};
}

void output_target::finish() {
    if (file_) file_->finish(replaces_ ? whole_file::others::are_replaced : whole_file::others::stay);
}

superoffice::sink_answer output_writer::take(std::span<const std::byte> piece, std::string_view size,
                                             superoffice::instant now) noexcept {
    if (interruption() != 0) return superoffice::sink_answer::stop;
    try {
        target_.write(piece);
        if (std::uint64_t announced = 0;
            count_ == 0 && std::from_chars(size.data(), size.data() + size.size(), announced).ec == std::errc{})
            size_ = announced;
        count_ += piece.size();
        last_piece_ = now;
        show(now);
        return superoffice::sink_answer::more;
    } catch (...) {
        problem_ = std::current_exception();
        return superoffice::sink_answer::stop;
    }
}

void output_writer::show(superoffice::instant now) {
    constexpr superoffice::milliseconds between{100};
    if (!shows_ || (shown_ != superoffice::instant{} && now - shown_ < between)) return;
    shown_ = now;
    const std::string text = size_text(count_) + (size_ ? " of " + size_text(*size_) : std::string{});
    superoffice::BatchTaskInfo drawn;
    drawn.ProgressDescription = std::string_view{text};
    if (size_ && *size_ != 0) drawn.ProgressPercent = static_cast<std::int32_t>(count_ / ((*size_ + 99) / 100));
    progress seen{drawn};
    seen.state = "Download";
    line_.show(0, seen);
    attend();
}

void output_writer::attend() {
    if (wants_to_stop()) {
        line_.pause();
        stop_until_continued();
    }
    if (has_to_redraw()) line_.redraw();
}

void output_writer::end() {
    line_.hide();
    if (problem_) std::rethrow_exception(problem_);
}

void put_saved(const std::filesystem::path& name, std::uint64_t bytes, bool json) {
    const std::string text = name.string();
    put(json ? json_of(saved_file{text, static_cast<std::int64_t>(bytes)}) : text + "\n");
}

}  // namespace cli
