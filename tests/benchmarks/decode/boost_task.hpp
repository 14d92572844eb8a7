// The task as a user of Boost.JSON with Boost.Describe declares it.
#ifndef SUPEROFFICE_TESTS_BENCHMARKS_DECODE_BOOST_TASK_HPP
#define SUPEROFFICE_TESTS_BENCHMARKS_DECODE_BOOST_TASK_HPP

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <boost/describe.hpp>
#include <boost/json.hpp>

namespace bench {

struct boost_table_right {
    std::optional<std::string> Mask, Reason;
};
BOOST_DESCRIBE_STRUCT(boost_table_right, (), (Mask, Reason))

struct boost_field_property {
    std::optional<boost_table_right> FieldRight;
    std::optional<std::string> FieldType;
    std::optional<std::int32_t> FieldLength;
};
BOOST_DESCRIBE_STRUCT(boost_field_property, (), (FieldRight, FieldType, FieldLength))

struct boost_task {
    std::optional<std::int32_t> Id;
    std::optional<std::string> Name;
    std::optional<std::int32_t> AssociateId, DetailsTable, DetailsRecord;
    std::optional<bool> IsSystemTask, IsInternalTask;
    std::optional<std::map<std::string, std::optional<std::string>>> ParameterObject;
    std::optional<std::string> LastStarted, Created;
    std::optional<std::int32_t> StartCount;
    std::optional<std::string> DatabaseSerialNumber, Context, Result, State, Description, Response, Request,
        ProgressDescription;
    std::optional<std::int32_t> ProgressPercent;
    std::optional<std::string> FileName, CancellationBehaviour;
    std::optional<boost_table_right> TableRight;
    std::optional<std::map<std::string, boost_field_property>> FieldProperties;
};
BOOST_DESCRIBE_STRUCT(boost_task, (),
                      (Id, Name, AssociateId, DetailsTable, DetailsRecord, IsSystemTask, IsInternalTask,
                       ParameterObject, LastStarted, Created, StartCount, DatabaseSerialNumber, Context, Result, State,
                       Description, Response, Request, ProgressDescription, ProgressPercent, FileName,
                       CancellationBehaviour, TableRight, FieldProperties))

}  // namespace bench
#endif
