// Runs tests/support/local_superoffice.py beside a test, and stops it at the end.
//
//     support::local_service service({"--bad-certificates"});
//     REQUIRE_MESSAGE(service.is_ready(), service.problem());
//     const superoffice::peer to{"localhost", service.port()};
//
// With SUPEROFFICE_TEST_TLS=1.3 (or 1.2) in the environment its main listener speaks just that; tests/support/test_tls.hpp
// tells the same to the links under test.
//
// The service ends when its standard input does, so also when the test is killed. Its folder is made below the system's
// temporary folder and removed at the end. POSIX only.
#ifndef SUPEROFFICE_TESTS_SUPPORT_LOCAL_SERVICE_HPP
#define SUPEROFFICE_TESTS_SUPPORT_LOCAL_SERVICE_HPP

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace support {

/// tests/support/local_superoffice.py: what SUPEROFFICE_LOCAL_SERVICE names, else the file beside this header, else the
/// one found from the current folder upwards. Empty if there is none.
inline std::string local_service_script() {
    if (const char* const given = std::getenv("SUPEROFFICE_LOCAL_SERVICE")) return given;
    namespace fs = std::filesystem;
    std::error_code ignored;
    const fs::path beside = fs::path(__FILE__).parent_path() / "local_superoffice.py";
    if (fs::exists(beside, ignored)) return beside.string();
    for (fs::path at = fs::current_path(ignored); !at.empty(); at = at.parent_path()) {
        const fs::path there = at / "tests" / "support" / "local_superoffice.py";
        if (fs::exists(there, ignored)) return there.string();
        if (at == at.root_path()) break;
    }
    return {};
}

inline std::string text_of_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

class local_service {
  public:
    /// Starts it with these arguments besides --directory, and waits until it says that it is ready.
    explicit local_service(const std::vector<std::string>& arguments = {}) { begin(arguments); }
    local_service(const local_service&) = delete;
    local_service& operator=(const local_service&) = delete;
    ~local_service() {
        end();
        std::error_code ignored;
        if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
    }

    bool is_ready() const { return problem_.empty(); }
    /// Why it is not ready, for a person.
    const std::string& problem() const { return problem_; }

    /// Of the main listener: "https://localhost:40001/Cust12345/api".
    const std::string& base_url() const { return base_url_; }
    std::uint16_t port() const { return port_of(base_url_); }
    const std::string& ca_file() const { return ca_file_; }

    /// Of the listener of that name ("expired"); empty and 0 if there is none.
    std::string base_url(std::string_view listener) const {
        for (const auto& [name, url] : listeners_)
            if (name == listener) return url;
        return {};
    }
    std::uint16_t port(std::string_view listener) const { return port_of(base_url(listener)); }

    /// Where its certificates and its log are.
    const std::string& directory() const { return directory_; }

    /// The log as it is now: a JSON object per line.
    std::string log() const { return text_of_file(directory_ + "/requests.log"); }

    /// The lines of the log that hold all of these texts: `{"\"event\": \"request\"", "\"listener\": \"main\""}`.
    std::vector<std::string> log_lines(const std::vector<std::string>& parts) const {
        std::vector<std::string> found;
        std::istringstream lines(log());
        for (std::string line; std::getline(lines, line);) {
            bool holds = true;
            for (const std::string& part : parts) holds = holds && line.find(part) != std::string::npos;
            if (holds) found.push_back(line);
        }
        return found;
    }

    /// Stops it now, and waits until it is gone.
    void end() {
        if (to_it_ != -1) ::close(to_it_);
        if (from_it_ != -1) ::close(from_it_);
        to_it_ = from_it_ = -1;
        if (process_ == -1) return;
        for (int tenths = 0; tenths < 100; ++tenths) {
            if (::waitpid(process_, nullptr, WNOHANG) != 0) {
                process_ = -1;
                return;
            }
            ::poll(nullptr, 0, 100);
        }
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
        process_ = -1;
    }

  private:
    void begin(const std::vector<std::string>& arguments) {
        const std::string script = local_service_script();
        if (script.empty()) return fail("local_superoffice.py was not found: name it in SUPEROFFICE_LOCAL_SERVICE");
        std::error_code ignored;
        std::string pattern = (std::filesystem::temp_directory_path(ignored) / "superoffice-test-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) return fail("no temporary folder could be made");
        directory_ = pattern;

        int to_it[2] = {-1, -1}, from_it[2] = {-1, -1};
        if (!make_pipe(to_it) || !make_pipe(from_it)) return fail("no pipe could be made");
        to_it_ = to_it[1];
        from_it_ = from_it[0];

        std::vector<std::string> words = {"python3",       script, "--directory", directory_, "--until-stdin-closes",
                                          "--max-seconds", "600"};
        words.insert(words.end(), arguments.begin(), arguments.end());
        if (const char* const version = std::getenv("SUPEROFFICE_TEST_TLS"); version != nullptr && *version != '\0') {
            bool chosen = false;
            for (const std::string& argument : arguments)
                chosen = chosen || argument == "--tls" || argument == "--plain";
            if (!chosen) words.insert(words.end(), {"--tls", version});
        }
        std::vector<char*> argv;
        for (std::string& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);

        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, to_it[0], 0);
        ::posix_spawn_file_actions_adddup2(&actions, from_it[1], 1);
        const int code = ::posix_spawnp(&process_, argv[0], &actions, nullptr, argv.data(), environ);
        ::posix_spawn_file_actions_destroy(&actions);
        ::close(to_it[0]);
        ::close(from_it[1]);
        if (code != 0) {
            process_ = -1;
            return fail("python3 could not be started");
        }
        read_until_ready();
    }

    void read_until_ready() {
        std::string text;
        for (;;) {
            for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
                if (take(text.substr(0, end))) return;
                text.erase(0, end + 1);
            }
            pollfd wanted = {};
            wanted.fd = from_it_;
            wanted.events = POLLIN;
            if (::poll(&wanted, 1, 60000) <= 0) return fail("the local service does not say that it is ready");
            char piece[512];
            const ssize_t n = ::read(from_it_, piece, sizeof piece);
            if (n <= 0) return fail("the local service ended before it was ready");
            text.append(piece, static_cast<std::size_t>(n));
        }
    }

    /// True at the line that says ready.
    bool take(const std::string& line) {
        std::istringstream words(line);
        std::string what, first, second;
        words >> what >> first >> second;
        if (what == "listening") listeners_.emplace_back(first, second);
        if (what != "ready") return false;
        base_url_ = first;
        if (second.compare(0, 3, "ca=") == 0) ca_file_ = second.substr(3);
        return true;
    }

    static bool make_pipe(int (&ends)[2]) {
        return ::pipe(ends) == 0 && ::fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 &&
               ::fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0;
    }

    static std::uint16_t port_of(const std::string& url) {
        const std::size_t scheme = url.find("://");
        if (scheme == std::string::npos) return 0;
        const std::size_t colon =
            url.find(':', url.find(']', scheme) != std::string::npos ? url.find(']') : scheme + 3);
        return colon == std::string::npos ? std::uint16_t{0}
                                          : static_cast<std::uint16_t>(std::atoi(url.c_str() + colon + 1));
    }

    void fail(const char* why) { problem_ = why; }

    std::string directory_, base_url_, ca_file_;
    std::string problem_;
    std::vector<std::pair<std::string, std::string>> listeners_;
    pid_t process_ = -1;
    int to_it_ = -1, from_it_ = -1;
};

}  // namespace support
#endif
