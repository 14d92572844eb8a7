// superoffice_batch.cpp - superoffice_batch.h over the library: the whole of a shared library with a C interface.
#include "superoffice_batch.h"

#include <superoffice/batch.hpp>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <string_view>

namespace {

using superoffice::BatchTaskInfo;

/// A copy of a text of the caller's, zeroed at its end because it may be a token.
class owned_text {
  public:
    explicit owned_text(const char* text) noexcept
        : size_(text == nullptr ? 0 : std::strlen(text)), text_(new(std::nothrow) char[size_ + 1]()) {
        if (text_ && text != nullptr) std::memcpy(text_.get(), text, size_);
    }
    owned_text(const owned_text&) = delete;
    owned_text& operator=(const owned_text&) = delete;
    ~owned_text() {
        volatile char* const bytes = text_.get();
        for (std::size_t n = 0; bytes != nullptr && n != size_; ++n) bytes[n] = 0;
    }

    [[nodiscard]] bool is_there() const noexcept { return text_ != nullptr; }
    [[nodiscard]] const char* c_str() const noexcept { return text_.get(); }
    [[nodiscard]] const char* c_str_or_null() const noexcept { return size_ == 0 ? nullptr : text_.get(); }

  private:
    std::size_t size_;
    std::unique_ptr<char[]> text_;
};

/// Every member's name, as the struct is described.
constexpr std::size_t property_count =
    boost::mp11::mp_size<boost::describe::describe_members<BatchTaskInfo, boost::describe::mod_any_access>>::value;

}  // namespace

// In the order of construction: the client borrows what stands above it, and the calls borrow the client.
struct superoffice_batch {
    using client = superoffice::client<superoffice::mbedtls_socket, superoffice::bearer, superoffice::compact_reader>;

    superoffice_batch(const superoffice_batch_options& options, std::size_t bytes) noexcept
        : base_url(options.base_url), token(options.token), ca_file(options.ca_file),
          memory(new(std::nothrow) std::byte[bytes]()), size(memory ? bytes : 0),
          link({.ca_file = ca_file.c_str_or_null()}),
          api(link, superoffice::borrowed{base_url.c_str()}, superoffice::bearer{token.c_str()}, {memory.get(), size},
              {.timeout = superoffice::milliseconds{options.timeout_ms}}, superoffice::compact_reader{}) {}

    [[nodiscard]] bool is_whole() const noexcept {
        return base_url.is_there() && token.is_there() && ca_file.is_there() && memory != nullptr;
    }

    /// The reply that the properties are read from; null where there is none.
    [[nodiscard]] const BatchTaskInfo* shown() const noexcept {
        if (watched) return is_told ? &watched->value() : nullptr;
        return is_get && getting.is_done() && getting.result() ? &getting.value() : nullptr;
    }

    owned_text base_url, token, ca_file;
    std::unique_ptr<std::byte[]> memory;
    std::size_t size;
    superoffice::mbedtls_socket link;
    client api;
    superoffice::call<client, BatchTaskInfo> getting;
    superoffice::call<client, bool> stopping;
    std::optional<superoffice::watch<>> watched;
    bool is_get = false;
    bool is_told = false;          ///< the last step of the watch has brought values
    superoffice::error refused{};  ///< of a start that did not take place
    char json[4096];               ///< a property that is an object
};

namespace {

bool is_running(const superoffice_batch& batch) noexcept {
    return !batch.getting.is_done() || !batch.stopping.is_done() || (batch.watched && !batch.watched->is_over());
}

superoffice::error error_of(const superoffice_batch& batch) noexcept {
    if (batch.refused.code != superoffice::errc::ok) return batch.refused;
    if (is_running(batch)) return {};
    if (batch.watched) return batch.watched->error();
    return batch.is_get ? batch.getting.error() : batch.stopping.error();
}

/// Gives up the texts of the last call, so that a new one can begin. False while one runs.
bool is_ready(superoffice_batch& batch) noexcept {
    batch.refused = {};
    if (is_running(batch)) {
        batch.refused = {.code = superoffice::errc::busy};
        return false;
    }
    batch.watched.reset();
    batch.is_get = batch.is_told = false;
    return true;
}

template <class Call>
std::int32_t outcome_of(const Call& call) noexcept {
    if (!call.is_done()) return SUPEROFFICE_BATCH_PENDING;
    return call.result() ? SUPEROFFICE_BATCH_DONE : SUPEROFFICE_BATCH_FAILED;
}

std::int32_t outcome_of(superoffice::watch_state state) noexcept {
    switch (state) {
        case superoffice::watch_state::waiting: return SUPEROFFICE_BATCH_PENDING;
        case superoffice::watch_state::changed: return SUPEROFFICE_BATCH_CHANGED;
        case superoffice::watch_state::finished: return SUPEROFFICE_BATCH_DONE;
        case superoffice::watch_state::gone: return SUPEROFFICE_BATCH_GONE;
        case superoffice::watch_state::call_failed: break;
    }
    return SUPEROFFICE_BATCH_FAILED;
}

superoffice::wait_condition wants_of(const superoffice_batch& batch) noexcept {
    if (batch.watched) return batch.watched->wants();
    return batch.is_get ? batch.getting.wants() : batch.stopping.wants();
}

superoffice_batch_value text_value(std::string_view text, std::int32_t kind = SUPEROFFICE_BATCH_TEXT) noexcept {
    return {kind, 0, text.data(), text.size()};
}

// One function for each type of a property.
superoffice_batch_value value_of(superoffice_batch&, std::int32_t number) noexcept {
    return {SUPEROFFICE_BATCH_NUMBER, number, nullptr, 0};
}
superoffice_batch_value value_of(superoffice_batch&, bool truth) noexcept {
    return {SUPEROFFICE_BATCH_BOOLEAN, truth ? 1 : 0, nullptr, 0};
}
superoffice_batch_value value_of(superoffice_batch&, std::string_view text) noexcept { return text_value(text); }
superoffice_batch_value value_of(superoffice_batch&, const superoffice::date_time& date) noexcept {
    return text_value(date.text());
}
template <class E>
superoffice_batch_value value_of(superoffice_batch&, const superoffice::coded<E>& coded) noexcept {
    superoffice_batch_value made = text_value(coded.text());
    made.number = coded.number();
    if (made.size == 0) made.kind = SUPEROFFICE_BATCH_NUMBER;
    return made;
}
template <class Value>
superoffice_batch_value value_of(superoffice_batch&, const superoffice::basic_map<Value>& map) noexcept {
    return text_value(map.raw(), SUPEROFFICE_BATCH_JSON);
}
superoffice_batch_value value_of(superoffice_batch& batch, const superoffice::TableRight& right) noexcept {
    const auto written = superoffice::encode(right, batch.json);
    if (!written) return {SUPEROFFICE_BATCH_TOO_LARGE, 0, nullptr, 0};
    return text_value(*written, SUPEROFFICE_BATCH_JSON);
}

template <class T>
superoffice_batch_value value_of(superoffice_batch& batch, const superoffice::field<T>& field) noexcept {
    if (field.is_absent()) return {SUPEROFFICE_BATCH_ABSENT, 0, nullptr, 0};
    if (field.is_null()) return {SUPEROFFICE_BATCH_NULL, 0, nullptr, 0};
    return value_of(batch, *field);
}

/// Calls f with the index, the name and the member of each property until it answers true.
template <class F>
void find_property(const F& f) {
    bool found = false;
    std::size_t index = 0;
    boost::mp11::mp_for_each<boost::describe::describe_members<BatchTaskInfo, boost::describe::mod_any_access>>(
        [&](auto member) {
            if (!found) found = f(index++, member.name, member.pointer);
        });
}

}  // namespace

std::int32_t superoffice_batch_interface(void) { return SUPEROFFICE_BATCH_INTERFACE; }

const char* superoffice_batch_version(void) { return SUPEROFFICE_VERSION_TEXT; }

superoffice_batch* superoffice_batch_create(const superoffice_batch_options* options) {
    if (options == nullptr || options->size != sizeof *options) return nullptr;
    auto* const batch = new (std::nothrow) superoffice_batch(*options, options->memory == 0 ? 65'536 : options->memory);
    if (batch != nullptr && batch->is_whole()) return batch;
    delete batch;
    return nullptr;
}

void superoffice_batch_destroy(superoffice_batch* batch) { delete batch; }

std::int32_t superoffice_batch_start_get(superoffice_batch* batch, std::int32_t id) {
    if (!is_ready(*batch)) return SUPEROFFICE_BATCH_FAILED;
    batch->is_get = true;
    batch->getting = batch->api.start_get_batch_task_info(id, superoffice::allow_waiting_lookup);
    return outcome_of(batch->getting);
}

std::int32_t superoffice_batch_start_stop(superoffice_batch* batch, std::int32_t id) {
    if (!is_ready(*batch)) return SUPEROFFICE_BATCH_FAILED;
    batch->stopping = batch->api.start(superoffice::stop_batch_job, {id}, superoffice::allow_waiting_lookup);
    return outcome_of(batch->stopping);
}

std::int32_t superoffice_batch_start_watch(superoffice_batch* batch, std::int32_t id, std::int64_t interval_ms) {
    if (!is_ready(*batch)) return SUPEROFFICE_BATCH_FAILED;
    superoffice::watch_options options;
    if (interval_ms > 0) options.interval = superoffice::milliseconds{interval_ms};
    batch->watched.emplace(batch->api, id, options, superoffice::allow_waiting_lookup);
    return SUPEROFFICE_BATCH_PENDING;
}

std::int32_t superoffice_batch_step(superoffice_batch* batch, std::int64_t now_ms) {
    const superoffice::instant now{now_ms};
    if (batch->watched) {
        const std::int32_t outcome = outcome_of(batch->watched->step(now));
        batch->is_told = outcome == SUPEROFFICE_BATCH_CHANGED || outcome == SUPEROFFICE_BATCH_DONE;
        return outcome;
    }
    if (batch->is_get) {
        batch->getting.step(now);
        return outcome_of(batch->getting);
    }
    batch->stopping.step(now);
    return outcome_of(batch->stopping);
}

std::int32_t superoffice_batch_run(superoffice_batch* batch) {
    for (;;) {
        const std::int64_t now = superoffice_batch_now();
        const std::int32_t outcome = superoffice_batch_step(batch, now);
        if (outcome != SUPEROFFICE_BATCH_PENDING) return outcome;
        const superoffice::wait_condition wanted = wants_of(*batch);
        if (wanted.until > superoffice::instant{now})
            batch->link.wait(wanted.what, wanted.until - superoffice::instant{now});
    }
}

void superoffice_batch_wait_for(const superoffice_batch* batch, superoffice_batch_wants* into) {
    const superoffice::wait_condition wanted = wants_of(*batch);
    const bool readable = wanted.what == superoffice::wait_for::readable;
    const bool writable = wanted.what == superoffice::wait_for::writable;
    into->events = readable ? SUPEROFFICE_BATCH_READABLE : writable ? SUPEROFFICE_BATCH_WRITABLE : 0;
    into->handle = into->events == 0 ? -1 : static_cast<std::int64_t>(batch->link.native_handle());
    into->until_ms = wanted.until.count();
}

void superoffice_batch_cancel(superoffice_batch* batch) {
    batch->refused = {};
    batch->getting.cancel();
    batch->stopping.cancel();
    if (batch->watched) batch->watched->cancel();
}

std::int64_t superoffice_batch_now(void) { return superoffice::instant{std::chrono::steady_clock::now()}.count(); }

void superoffice_batch_last_error(const superoffice_batch* batch, superoffice_batch_error* into) {
    const superoffice::error e = error_of(*batch);
    into->code = superoffice::name(e.code);
    into->stage = superoffice::name(e.stage);
    into->remedy = superoffice::name(superoffice::remedy_of(e.code));
    into->message = superoffice::message(e);
    into->http_status = e.http_status;
    into->native = e.native;
    into->may_repeat = superoffice::is_repeatable(e.code) ? 1 : 0;
}

std::int32_t superoffice_batch_find(superoffice_batch* batch, const char* name, superoffice_batch_value* into) {
    const BatchTaskInfo* const task = batch->shown();
    bool found = false;
    find_property([&](std::size_t, const char* each, auto member) {
        if (task == nullptr || std::strcmp(each, name) != 0) return false;
        *into = value_of(*batch, task->*member);
        return found = true;
    });
    return found ? 1 : 0;
}

std::int32_t superoffice_batch_at(superoffice_batch* batch, std::size_t wanted, const char** name,
                                  superoffice_batch_value* into) {
    const BatchTaskInfo* const task = batch->shown();
    if (task == nullptr || wanted >= property_count) return 0;
    find_property([&](std::size_t index, const char* each, auto member) {
        if (index != wanted) return false;
        *name = each;
        *into = value_of(*batch, task->*member);
        return true;
    });
    return 1;
}

std::int32_t superoffice_batch_was_stopped(const superoffice_batch* batch) {
    const bool is_stop = !batch->is_get && !batch->watched && batch->stopping.is_done() && batch->stopping.result();
    return is_stop && batch->stopping.value() ? 1 : 0;
}
