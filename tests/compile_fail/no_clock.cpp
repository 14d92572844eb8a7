// expect: superoffice: the blocking call needs a clock: give one that models monotonic_clock, or step() the call yourself
#include <superoffice/batch.hpp>

bool ask(superoffice::client<superoffice::scripted, superoffice::bearer>& api) {
    return api.get_batch_task_info(497).has_value();
}
