#include "boost_task.hpp"

#include "contender.hpp"

namespace {

class by_boost : public bench::contender {
  public:
    bool decode(bench::document from) override {
        const auto task = boost::json::value_to<bench::boost_task>(boost::json::parse({from.data, from.size}));
        bench::use(&task);
        return true;
    }
    nlohmann::json seen(bench::document from) override {
        const auto task = boost::json::value_to<bench::boost_task>(boost::json::parse({from.data, from.size}));
        return nlohmann::json::parse(boost::json::serialize(boost::json::value_from(task)));
    }
};

}  // namespace

std::unique_ptr<bench::contender> bench::make_boost(std::size_t) { return std::make_unique<by_boost>(); }
