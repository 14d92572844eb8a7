// expect: superoffice: a std::span is for requests: keep a reply's list as superoffice::json_text, or go through it element by element
#include <superoffice/batch.hpp>

struct numbers {
    std::span<const std::int32_t> Numbers;
};
BOOST_DESCRIBE_STRUCT(numbers, (), (Numbers))

bool read(superoffice::json_document document) {
    return superoffice::decode<numbers>(superoffice::compact_reader{}, document).has_value();
}
