// This library: the documented struct with both readers, and a struct of two members.
#include <superoffice/batch.hpp>

#include "contender.hpp"

namespace {

struct progress {
    superoffice::field<superoffice::coded<superoffice::BatchTaskState>> State;
    superoffice::field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent))

nlohmann::json plain(std::int32_t value) { return value; }
nlohmann::json plain(bool value) { return value; }
nlohmann::json plain(std::string_view value) { return value; }
nlohmann::json plain(const superoffice::date_time& value) { return value.text(); }
template <class E>
nlohmann::json plain(const superoffice::coded<E>& value) {
    return value.text();
}
nlohmann::json plain(const superoffice::string_map& value) { return nlohmann::json::parse(value.raw()); }
nlohmann::json plain(const superoffice::field_property_map& value) { return nlohmann::json::parse(value.raw()); }
template <class T>
nlohmann::json plain(const superoffice::field<T>& value);
nlohmann::json plain(superoffice::json_text value) { return nlohmann::json::parse(value.raw()); }
template <class Right>
    requires requires(Right right) { right.Mask; }
nlohmann::json plain(const Right& value) {
    nlohmann::json made;
    made["Mask"] = value.Mask.has_value() ? nlohmann::json(value.Mask->text()) : nlohmann::json();
    made["Reason"] = plain(value.Reason);
    return made;
}

template <class T>
nlohmann::json plain(const superoffice::field<T>& value) {
    return value.has_value() ? plain(*value) : nlohmann::json();
}
template <class Info>
nlohmann::json as_json(const Info& info) {
    nlohmann::json made;
    superoffice::detail::for_each_member<Info>([&](auto index) {
        made[std::string(superoffice::detail::member_names<Info>[index])] =
            plain(info.*superoffice::detail::member_pointer<Info, index>);
    });
    return made;
}

template <class Info, class Reader>
class ours : public bench::contender {
  public:
    explicit ours(Reader reader) : reader_(std::move(reader)) {}
    bool decode(bench::document from) override {
        const auto info = superoffice::decode<Info>(reader_, {from.data, from.size, from.capacity});
        bench::use(&info);
        return info.has_value();
    }
    nlohmann::json seen(bench::document from) override {
        const auto info = superoffice::decode<Info>(reader_, {from.data, from.size, from.capacity});
        return info ? as_json(*info) : nlohmann::json();
    }

  private:
    Reader reader_;
};

/// The documented struct, and every entry of both maps.
class walked : public bench::contender {
  public:
    explicit walked(superoffice::simdjson_reader reader) : reader_(std::move(reader)) {}
    bool decode(bench::document from) override {
        const auto info =
            superoffice::decode<superoffice::BatchTaskInfo>(reader_, {from.data, from.size, from.capacity});
        bench::use(&info);
        if (!info) return false;
        walk(*info, [](const auto& entry) { bench::use(&entry); });
        return true;
    }
    nlohmann::json seen(bench::document from) override {
        const auto info =
            superoffice::decode<superoffice::BatchTaskInfo>(reader_, {from.data, from.size, from.capacity});
        if (!info) return {};
        nlohmann::json made = as_json(*info), parameters = nlohmann::json::object(), properties = parameters;
        struct collector {
            nlohmann::json &parameters, &properties;
            void operator()(const superoffice::string_map::value_type& entry) const {
                parameters[text(entry.key)] =
                    entry.value.is_null() ? nlohmann::json() : nlohmann::json(text(entry.value));
            }
            void operator()(const superoffice::field_property_map::value_type& entry) const {
                nlohmann::json& to = properties[text(entry.key)];
                to["FieldRight"] = plain(entry.value.FieldRight);
                to["FieldType"] =
                    entry.value.FieldType ? nlohmann::json(text(*entry.value.FieldType)) : nlohmann::json();
                to["FieldLength"] = plain(entry.value.FieldLength);
            }
        };
        walk(*info, collector{parameters, properties});
        made["ParameterObject"] = parameters;
        made["FieldProperties"] = properties;
        return made;
    }

  private:
    static std::string text(superoffice::json_text token) {
        std::string made(token.unescaped_size(), '\0');
        static_cast<void>(token.copy(made));
        return made;
    }
    template <class F>
    static void walk(const superoffice::BatchTaskInfo& info, F f) {
        if (info.ParameterObject)
            for (const auto entry : *info.ParameterObject) f(entry);
        if (info.FieldProperties)
            for (const auto entry : *info.FieldProperties) f(entry);
    }

    superoffice::simdjson_reader reader_;
};

}  // namespace

namespace bench {

std::unique_ptr<contender> make_ours_simdjson(std::size_t max_bytes) {
    using made = ours<superoffice::BatchTaskInfo, superoffice::simdjson_reader>;
    return std::make_unique<made>(superoffice::simdjson_reader{max_bytes});
}
std::unique_ptr<contender> make_ours_compact(std::size_t) {
    using made = ours<superoffice::BatchTaskInfo, superoffice::compact_reader>;
    return std::make_unique<made>(superoffice::compact_reader{});
}
std::unique_ptr<contender> make_ours_narrow(std::size_t max_bytes) {
    return std::make_unique<ours<progress, superoffice::simdjson_reader>>(superoffice::simdjson_reader{max_bytes});
}

std::unique_ptr<contender> make_ours_walked(std::size_t max_bytes) {
    return std::make_unique<walked>(superoffice::simdjson_reader{max_bytes});
}

}  // namespace bench
