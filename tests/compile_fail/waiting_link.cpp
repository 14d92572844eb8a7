// expect: superoffice: this link's start may block for a name lookup: use a resolver that does not, or pass superoffice::allow_waiting_lookup
#include <superoffice/batch.hpp>

struct waiting_link : superoffice::byte_transport_archetype {
    static constexpr bool may_wait = true;
};

void ask(superoffice::client<waiting_link, superoffice::bearer>& api) {
    auto call = api.start_get_batch_task_info(497);
    call.cancel();
}
