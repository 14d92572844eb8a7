// One struct and one function that two translation units of a program share.
#ifndef LINK_PART_HPP
#define LINK_PART_HPP

#include <superoffice/batch.hpp>

struct progress {
    superoffice::field<superoffice::coded<superoffice::BatchTaskState>> State;
    superoffice::field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent))

struct part {
    superoffice::result<progress> (*decode)(superoffice::json_document document);
    std::string_view (*select)();
    bool is_from_single_header;
};

part first_part();
part second_part();

#endif
