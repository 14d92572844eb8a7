// expect: superoffice: a task's id is a std::int32_t: check that this wider number fits, and convert it
#include <superoffice/batch.hpp>

void ask(superoffice::client<superoffice::scripted, superoffice::bearer>& api, long long id) {
    static_cast<void>(api.start_get_batch_task_info(id));
}
