// A file by this library: in steps of its own blocking loop, through 4 KB, to a sink that throws the bytes away.
#include <superoffice/batch.hpp>

#include <array>
#include <cstdio>
#include <string>

#include "peer.hpp"

namespace {

class session {
  public:
    explicit session(const bench::place& at)
        : base_("https://" + std::string(at.host) + ":" + at.port + "/Cust12345/api"), link_{{.ca_file = at.ca_file}},
          api_{link_, base_, superoffice::bearer{"8A:Cust12345.AbCdEfGh"}, memory_} {}

    void call(bench::manner how) {
        if (how != bench::manner::kept) api_.stop();
        bytes_ = 0;
        const auto count =
            api_.run_download(superoffice::get_output_from_batch, {497},
                              [this](std::span<const std::byte> piece) noexcept { bytes_ += piece.size(); },
                              std::uint64_t{4} << 30, {.timeout = superoffice::milliseconds{600'000}});
        if (!count) bench::give_up(superoffice::message(count.error()));
    }
    void print_reply() const { std::printf("%llu\n", static_cast<unsigned long long>(bytes_)); }

  private:
    std::string base_;
    superoffice::mbedtls_socket link_;
    std::array<std::byte, 4096> memory_{};
    superoffice::client<superoffice::mbedtls_socket, superoffice::bearer> api_;
    std::uint64_t bytes_ = 0;
};

}  // namespace

int main(int argc, char** argv) { return bench::serve<session>(argc, argv); }
