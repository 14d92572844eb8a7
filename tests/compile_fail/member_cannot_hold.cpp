// expect: superoffice: the member's type cannot hold the service's property of the same name: a number needs an integer type
// expect-also: progress::ProgressPercent
#include <superoffice/batch.hpp>

struct progress {
    superoffice::field<std::string_view> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(progress, (), (ProgressPercent))

constexpr auto text = superoffice::select_of<progress>();
