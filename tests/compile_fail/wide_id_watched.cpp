// expect: superoffice: a task's id is a std::int32_t: check that this wider number fits, and convert it
#include <superoffice/batch.hpp>

void follow(superoffice::client<superoffice::scripted, superoffice::bearer>& api, unsigned id) {
    superoffice::watch<> task{api, id};
}
