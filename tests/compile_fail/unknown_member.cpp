// expect: superoffice: the service has no property of this name: correct the member's name, or declare it as superoffice::unlisted<T> if the service has it and this version does not list it
// expect-also: progress::Percentage
#include <superoffice/batch.hpp>

struct progress {
    superoffice::field<superoffice::coded<superoffice::BatchTaskState>> State;
    superoffice::field<int> Percentage;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, Percentage))

constexpr auto text = superoffice::select_of<progress>();
