// expect: superoffice: the store of a board is called as store(id, offset, piece) and gives a sink_answer
#include <superoffice/batch.hpp>

void store(std::int32_t, std::span<const std::byte>) noexcept;

void follow(superoffice::client<superoffice::byte_transport_archetype, superoffice::bearer>& api) {
    superoffice::task_board board{api, store};
    board.step(superoffice::instant{0});
}
