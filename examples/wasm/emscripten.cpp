// emscripten.cpp - a program for Emscripten that follows tasks in its main loop, all at the same time: BASE_URL TOKEN ID...
#include "fetch_stack.hpp"

#include <emscripten.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <list>

namespace {

struct progress {
    superoffice::field<superoffice::coded<superoffice::BatchTaskState>> State;
    superoffice::field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent))

/// A task with a client of its own.
class follower {
  public:
    follower(const char* base, const char* token, std::int32_t id)
        : api_{stack_, base, superoffice::bearer{token}, memory_},
          task_{api_, id, {.interval = std::chrono::milliseconds{100}}}, id_{id} {}

    void step(superoffice::instant now) {
        const superoffice::watch_state news = task_.step(now);
        if (news == superoffice::watch_state::waiting) return;
        if (!task_.result()) {
            std::printf("%d %s\n", id_, superoffice::message(task_.error()));
            return;
        }
        const std::string_view state = task_.value().State ? task_.value().State->text() : "";
        std::printf("%d %.*s %d\n", id_, static_cast<int>(state.size()), state.data(),
                    task_.value().ProgressPercent.value_or(0));
    }
    [[nodiscard]] bool is_over() const { return task_.is_over(); }

  private:
    fetch_stack stack_;
    std::array<std::byte, 4096> memory_;
    superoffice::client<fetch_stack, superoffice::bearer> api_;
    superoffice::watch<progress> task_;
    std::int32_t id_;
};

std::list<follower> followers;

void frame() {
    for (follower& each : followers) each.step(std::chrono::steady_clock::now());
    followers.remove_if([](const follower& each) { return each.is_over(); });
    if (followers.empty()) emscripten_cancel_main_loop();
}

}  // namespace

int main(int count, char** words) {
    if (count < 4) return 2;
    for (int n = 3; n < count; ++n) {
        if (const auto id = superoffice::parse_task_id(words[n]); id)
            followers.emplace_back(words[1], words[2], *id);
        else
            std::printf("%s %s\n", words[n], superoffice::message(id.error()));
    }
    emscripten_set_main_loop(frame, 60, false);  // in a page rather 0: with each frame of the page
}
