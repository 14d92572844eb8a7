// expect: superoffice: a task's id is a std::int32_t: check that this wider number fits, and convert it
#include <superoffice/batch.hpp>

superoffice::store_answer store(std::int32_t, std::uint64_t, std::span<const std::byte>) noexcept;

void stop(superoffice::client<superoffice::scripted, superoffice::bearer>& api, unsigned id) {
    superoffice::task_board board{api, store};
    board.stop(id);
}
