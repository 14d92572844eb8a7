// expect: superoffice: this enum is not described: add BOOST_DESCRIBE_ENUM(type, enumerators) behind it
#include <superoffice/batch.hpp>

enum class colour { red, green };

struct painted {
    superoffice::field<superoffice::coded<colour>> Colour;
};
BOOST_DESCRIBE_STRUCT(painted, (), (Colour))

superoffice::result<painted> read(superoffice::json_document document) {
    return superoffice::decode<painted>(superoffice::compact_reader{}, document);
}
