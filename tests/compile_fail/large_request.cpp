// expect: superoffice: a request is a small struct that holds no memory of its own
#include <superoffice/batch.hpp>

struct large_request {
    superoffice::fixed_text<100> Name;
};
BOOST_DESCRIBE_STRUCT(large_request, (), (Name))

constexpr superoffice::operation<large_request, superoffice::TableRight> large{"/large", superoffice::milliseconds{1}};

void ask(superoffice::client<superoffice::scripted, superoffice::bearer>& api) {
    auto call = api.start<superoffice::TableRight>(large, large_request{});
    call.cancel();
}
