// expect: superoffice: the service has no property of this name
// expect-also: right::Reasons
#include <superoffice/batch.hpp>

struct right {
    superoffice::field<std::string_view> Reasons;
};
BOOST_DESCRIBE_STRUCT(right, (), (Reasons))
struct progress {
    superoffice::field<right> TableRight;
};
BOOST_DESCRIBE_STRUCT(progress, (), (TableRight))

constexpr auto text = superoffice::select_of<progress>();
