// expect: superoffice: this request is too large to be copied, so it is borrowed until the call is over: give it a name
#include <superoffice/batch.hpp>

void ask(superoffice::client<superoffice::scripted, superoffice::bearer>& api) {
    auto call = api.start(superoffice::start_batch_job, superoffice::StartBatchJobRequest{});
    call.cancel();
}
