// The call by this library: blocking, over mbedtls_socket.
#include <superoffice/batch.hpp>

#include <array>
#include <cstdio>
#include <string>

#include "peer.hpp"

namespace {

#if defined(BENCH_COMPACT)
using reader = superoffice::compact_reader;
#else
using reader = superoffice::simdjson_reader;
#endif

reader make_reader([[maybe_unused]] std::size_t bytes) {
#if defined(BENCH_COMPACT)
    return {};
#else
    return superoffice::simdjson_reader{bytes};
#endif
}

constexpr std::size_t memory_bytes = 16 * 1024;

struct line {
    superoffice::mbedtls_socket link;
    std::array<std::byte, memory_bytes> memory;
    superoffice::client<superoffice::mbedtls_socket, superoffice::bearer, reader> api;

    line(const char* base, const char* ca_file, bool resume)
        : link{{.ca_file = ca_file, .resume = resume}},
          api{link, base, superoffice::bearer{"8A:Cust12345.AbCdEfGh"}, memory, {}, make_reader(memory_bytes)} {}
};

class session {
  public:
    explicit session(const bench::place& at)
        : base_("https://" + std::string(at.host) + ":" + at.port + "/Cust12345/api"), ca_file_(at.ca_file) {}

    void call(bench::manner how) {
        line& through = how == bench::manner::fresh ? fresh() : kept_;
        if (how != bench::manner::kept) through.api.stop();
        const auto task = through.api.get_batch_task_info(497);
        if (!task) bench::give_up(superoffice::message(task.error()));
        percent_ = task->ProgressPercent.value_or(0);
        name_ = *task->Name;
    }
    void print_reply() const {
        std::printf("%.*s %d\n", static_cast<int>(name_.size()), name_.data(), static_cast<int>(percent_));
    }

  private:
    line& fresh() {
        static line made{base_.c_str(), ca_file_, false};
        return made;
    }

    std::string base_;
    const char* ca_file_;
    line kept_{base_.c_str(), ca_file_, true};
    std::int32_t percent_ = 0;
    std::string_view name_;
};

}  // namespace

int main(int argc, char** argv) { return bench::serve<session>(argc, argv); }
