// expect: superoffice: this type is not described: add BOOST_DESCRIBE_STRUCT(type, (), (members)) behind it
#include <superoffice/batch.hpp>

struct progress {
    superoffice::field<int> ProgressPercent;
};

superoffice::result<progress> ask(superoffice::client<superoffice::scripted, superoffice::bearer>& api) {
    auto call = api.start_get_batch_task_info<progress>(497);
    return call.result();
}
