// A plugin: a shared object that makes a whole call over a scripted link and is then unloaded.
#include <superoffice/batch.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

namespace {

class canned {
  public:
    static constexpr bool may_wait = false;
    superoffice::io_result start(const superoffice::peer&) noexcept { return superoffice::io_result::ready(); }
    superoffice::io_result receive(std::span<std::byte> into) noexcept {
        const std::string_view rest = reply.substr(at_, into.size());
        if (rest.empty()) return superoffice::io_result::closed();
        std::memcpy(into.data(), rest.data(), rest.size());
        at_ += rest.size();
        return superoffice::io_result::ready(rest.size());
    }
    superoffice::io_result transmit(std::span<const std::byte> from) noexcept {
        return superoffice::io_result::ready(from.size());
    }
    void stop() noexcept {}
    [[nodiscard]] bool secure() const noexcept { return true; }

  private:
    static constexpr std::string_view reply =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 22\r\n\r\n{\"ProgressPercent\":62}";
    std::size_t at_ = 0;
};

}  // namespace

extern "C" __attribute__((visibility("default"))) int percent() noexcept;

int percent() noexcept {
    canned link;
    std::array<std::byte, 4 * 1024> memory;
    superoffice::client api{link, "https://sod.superoffice.com/Cust12345/api", superoffice::bearer{"a token"}, memory};
    auto call = api.start_get_batch_task_info(497);
    while (call.step(superoffice::instant{}) != superoffice::step_state::done) {
    }
    return call.result() ? call.value().ProgressPercent.value_or(-1) : -1;
}
