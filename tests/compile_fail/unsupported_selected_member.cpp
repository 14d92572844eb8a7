// expect: superoffice: this member's type cannot be decoded
// expect-also: with_string::Priority
#include <superoffice/batch.hpp>

#include <string>

struct with_string {
    superoffice::unlisted<int> Other;
    superoffice::unlisted<std::string> Priority;
};
BOOST_DESCRIBE_STRUCT(with_string, (), (Other, Priority))

superoffice::result<with_string> ask(superoffice::client<superoffice::scripted, superoffice::bearer>& api) {
    auto call = api.start_get_batch_task_info<with_string>(497);
    call.step(superoffice::instant{0});
    return call.result();
}
