// Compiled several times: as the first part and as the second, from the tree and from the single header.
#include "part.hpp"

part PART() {
    return {
        [](superoffice::json_document document) {
            superoffice::compact_reader reader;
            return superoffice::decode<progress>(reader, document);
        },
        []() -> std::string_view { return superoffice::select_of<progress>(); },
#ifdef SUPEROFFICE_SINGLE_HEADER
        true,
#else
        false,
#endif
    };
}
