#include "on_demand.hpp"

#include "contender.hpp"

namespace {

using by_hand = bool (*)(bench::od::parser&, const char*, std::size_t, std::size_t, bench::plain_task&);

template <by_hand Decode>
class on_demand : public bench::contender {
  public:
    bool decode(bench::document from) override {
        bench::plain_task task;
        const bool good = Decode(parser_, from.data, from.size, from.capacity, task);
        bench::use(&task);
        return good;
    }
    nlohmann::json seen(bench::document from) override {
        bench::plain_task task;
        return Decode(parser_, from.data, from.size, from.capacity, task) ? to_json(task) : nlohmann::json();
    }

  private:
    bench::od::parser parser_;
};

}  // namespace

namespace bench {

std::unique_ptr<contender> make_find_unordered(std::size_t) { return std::make_unique<on_demand<find_unordered>>(); }
std::unique_ptr<contender> make_switch(std::size_t) { return std::make_unique<on_demand<by_switch<false>>>(); }
std::unique_ptr<contender> make_every_pair(std::size_t) { return std::make_unique<on_demand<by_switch<true>>>(); }

}  // namespace bench
