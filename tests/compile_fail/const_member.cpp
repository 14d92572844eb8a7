// expect: superoffice: this member's type cannot be decoded: use, without const,
// expect-also: numbered::Id
#include <superoffice/batch.hpp>

struct numbered {
    const int Id = 0;
    superoffice::field<int> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(numbered, (), (Id, ProgressPercent))

superoffice::result<numbered> read(superoffice::json_document document) {
    return superoffice::decode<numbered>(superoffice::compact_reader{}, document);
}
