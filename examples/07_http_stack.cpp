// 07_http_stack.cpp - an engine has its own HTTP module and no sockets for you: the module carries whole calls.
#include <superoffice/batch.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
#include <string_view>

namespace engine {  // stands for the engine's module; this one plays a canned reply

struct http_job {
    int frames_left = 0;
    int status = 0;
    std::string_view body = {};
};

void begin(http_job& job, const char* url) {
    std::printf("engine: POST %s\n", url);
    job = {.frames_left = 3};
}
void update(http_job& job) {
    if (job.frames_left > 0 && --job.frames_left == 0)
        job = {.status = 200, .body = R"({"State":"Started","ProgressPercent":62})"};
}

}  // namespace engine

namespace {

class engine_http {
  public:
    static constexpr bool may_wait = false;

    // The texts are zeroed after this answers ready, so begin() copies what it needs. A real one also copies fields and body.
    superoffice::io_result start(const superoffice::http_request& what) noexcept {
        engine::begin(job_, what.url.data());
        given_ = 0;
        return superoffice::io_result::ready();
    }

    superoffice::io_result step(superoffice::instant, std::span<std::byte> into) noexcept {
        engine::update(job_);
        // It is asked again in the next frame. A module that knows when answers wait_for::time and has wake_at().
        if (job_.status == 0) return superoffice::io_result::would_block(superoffice::wait_for::nothing);
        const std::string_view rest = job_.body.substr(given_, into.size());
        if (rest.empty()) return superoffice::io_result::closed();
        std::memcpy(into.data(), rest.data(), rest.size());
        given_ += rest.size();
        return superoffice::io_result::ready(rest.size());
    }

    [[nodiscard]] std::uint16_t status() const noexcept { return static_cast<std::uint16_t>(job_.status); }
    [[nodiscard]] std::string_view header(std::string_view) const noexcept { return {}; }  // this module has none
    void cancel() noexcept { job_ = {}; }
    [[nodiscard]] bool secure() const noexcept { return true; }  // the platform verifies certificates

  private:
    engine::http_job job_;
    std::size_t given_ = 0;
};
static_assert(superoffice::http_transport<engine_http>);

}  // namespace

int main() {
    engine_http stack;
    std::array<std::byte, 2048> memory;
    superoffice::client api{stack, "https://online.superoffice.com/Cust12345/api", superoffice::bearer{"8A:token"},
                            memory};

    auto call = api.start_get_batch_task_info(497);
    std::int64_t frame = 0;
    while (call.step(superoffice::instant{16 * frame}) != superoffice::step_state::done) ++frame;
    if (!call.result()) return std::fprintf(stderr, "%s\n", superoffice::message(call.error())), 1;
    std::printf("frame %d: %d %%\n", static_cast<int>(frame), call.value().ProgressPercent.value_or(0));
}
