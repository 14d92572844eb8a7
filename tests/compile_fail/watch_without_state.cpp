// expect: superoffice: a watched struct needs a member State: field<coded<BatchTaskState>> State;
#include <superoffice/batch.hpp>

struct percent {
    superoffice::field<int> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(percent, (), (ProgressPercent))

void follow(superoffice::client<superoffice::scripted, superoffice::bearer>& api) {
    superoffice::watch<percent> task{api, 497};
    task.step(superoffice::instant{0});
}
