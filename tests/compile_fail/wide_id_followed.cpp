// expect: superoffice: a task's id is a std::int32_t: check that this wider number fits, and convert it
#include <superoffice/batch.hpp>

void follow(superoffice::watch_many<>& all, long long id) { static_cast<void>(all.follow(id)); }
