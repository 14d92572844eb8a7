// expect: superoffice: the store of a board is called as store(id, offset, piece), is noexcept and gives a store_answer
#include <superoffice/batch.hpp>

superoffice::store_answer store(std::int32_t, std::uint64_t, std::span<const std::byte>);  // may throw

void follow(superoffice::client<superoffice::byte_transport_archetype, superoffice::bearer>& api) {
    superoffice::task_board board{api, store};
    board.step(superoffice::instant{0});
}
