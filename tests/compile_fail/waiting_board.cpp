// expect: superoffice: this link's start may block for a name lookup: use a resolver that does not
#include <superoffice/batch.hpp>

struct waiting_link : superoffice::byte_transport_archetype {
    static constexpr bool may_wait = true;
};

superoffice::store_answer store(std::int32_t, std::uint64_t, std::span<const std::byte>) noexcept;

void follow(superoffice::client<waiting_link, superoffice::bearer>& api) {
    superoffice::task_board board{api, store};
    board.step(superoffice::instant{0});
}
