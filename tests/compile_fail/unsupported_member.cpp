// expect: superoffice: this member's type cannot be decoded
// expect-also: std::string and std::optional need <superoffice/std_types.hpp>
// expect-also: lists::numbers
#include <superoffice/batch.hpp>

#include <vector>

struct lists {
    int one = 0;
    std::vector<int> numbers;
};
BOOST_DESCRIBE_STRUCT(lists, (), (one, numbers))

superoffice::result<lists> read(superoffice::json_document document) {
    return superoffice::decode<lists>(superoffice::compact_reader{}, document);
}
