// expect: superoffice: the blocking call needs a clock, and this link brings none: pass superoffice::steady_clock{} of <superoffice/std_types.hpp> (or your own monotonic_clock) after the options, or step() the call yourself
#include <superoffice/batch.hpp>

bool ask(superoffice::client<superoffice::scripted, superoffice::bearer>& api) {
    return api.get_batch_task_info(497).has_value();
}
