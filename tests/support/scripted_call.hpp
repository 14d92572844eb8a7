// tests/support/scripted_call.hpp - the bytes of a call and its reply, and a call over a scripted link with its outcome.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_SUPPORT_SCRIPTED_CALL_HPP
#define SUPEROFFICE_TESTS_SUPPORT_SCRIPTED_CALL_HPP

#include <superoffice/base/version.hpp>
#include <superoffice/client/client.hpp>
#include <superoffice/codec/json.hpp>
#include <superoffice/transport/scripted.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace support {

inline constexpr std::string_view test_base = "https://online.superoffice.com/Cust12345/api";
inline constexpr std::string_view test_token = "8A:Cust12345.the-secret/token+==";

/// What a client sends for task 497; change what differs.
struct request_text {
    std::string_view target = "/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo";
    std::string_view host = "online.superoffice.com";
    std::string_view user_agent = "superoffice-batch/" SUPEROFFICE_VERSION_TEXT;
    std::string_view more = "";  ///< whole lines
    std::string_view credential = "Authorization: Bearer 8A:Cust12345.the-secret/token+==\r\n";
    std::string_view body = R"({"Id":497})";

    [[nodiscard]] std::string text() const {
        return "POST " + std::string{target} + " HTTP/1.1\r\nHost: " + std::string{host} +
               "\r\nAccept: application/json\r\nAccept-Encoding: identity\r\n"
               "Content-Type: application/json; charset=utf-8\r\nContent-Length: " +
               std::to_string(body.size()) + "\r\nUser-Agent: " + std::string{user_agent} + "\r\n" + std::string{more} +
               std::string{credential} + "\r\n" + std::string{body};
    }
};

/// A reply with its length said. `more`: whole lines.
inline std::string reply_text(std::string_view status, std::string_view body, std::string_view more = "",
                              std::string_view type = "application/json; charset=utf-8") {
    return "HTTP/1.1 " + std::string{status} + "\r\nContent-Type: " + std::string{type} + "\r\n" + std::string{more} +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}

/// All that a call ends with, owned.
struct call_outcome {
    superoffice::error error;
    std::string value;  ///< written again; empty for an error
    std::uint16_t status = 0;
    std::string message, detail, type;
    std::int64_t retry_after = -1;
    bool slow = false;

    bool operator==(const call_outcome&) const = default;
};

template <class Api, class Info>
call_outcome outcome_of(Api& api, const superoffice::result<Info>& answer) {
    const superoffice::reply_info& reply = api.last_reply();
    call_outcome outcome{.error = answer.error(),
                         .value = {},
                         .status = reply.status,
                         .message = std::string{reply.message},
                         .detail = std::string{reply.detail},
                         .type = std::string{reply.type},
                         .slow = reply.slow};
    if (reply.retry_after.has_value()) outcome.retry_after = reply.retry_after->count();
    if (answer.has_value()) {
        outcome.value.resize(superoffice::encode(*answer, {}).error().needed());
        CHECK(superoffice::encode(*answer, outcome.value).has_value());
    }
    return outcome;
}

/// Steps a call to its end, with the time standing still.
template <class Call>
void step_to_end(Call& call, superoffice::instant now = superoffice::instant{1'000}) {
    for (std::size_t rounds = 0; call.step(now) != superoffice::step_state::done; ++rounds) {
        if (rounds < 1'000'000) continue;
        FAIL_CHECK("the call does not end");
        return call.cancel();
    }
}

/// Asks for task 497.
template <class Info = superoffice::BatchTaskInfo, class Api>
call_outcome ask(Api& api, const superoffice::call_options& options = {},
                 superoffice::instant now = superoffice::instant{1'000}) {
    auto call = api.template start_get_batch_task_info<Info>(497, options);
    step_to_end(call, now);
    CHECK_FALSE(api.is_busy());
    return outcome_of(api, call.result());
}

/// The same with a client of its own.
template <class Info = superoffice::BatchTaskInfo, class Credential = superoffice::bearer>
call_outcome ask_once(superoffice::scripted& link, Credential credential = Credential{test_token},
                      superoffice::client_options client_options = {},
                      const superoffice::call_options& call_options = {}, std::size_t memory_size = 4096) {
    std::vector<std::byte> memory(memory_size);
    superoffice::client api{link, test_base, credential, memory, client_options};
    return ask<Info>(api, call_options);
}

inline bool holds(std::span<const std::byte> memory, std::string_view text) {
    return std::string_view{reinterpret_cast<const char*>(memory.data()), memory.size()}.find(text) !=
           std::string_view::npos;
}

/// Forwards to a scripted link that can be exchanged for another one while the client lives.
class changing_link {
  public:
    static constexpr bool may_wait = false;
    static constexpr bool lingers = true;
    superoffice::scripted* now = nullptr;

    superoffice::io_result start(const superoffice::peer& to) noexcept { return now->start(to); }
    superoffice::io_result receive(std::span<std::byte> into) noexcept { return now->receive(into); }
    superoffice::io_result transmit(std::span<const std::byte> from) noexcept { return now->transmit(from); }
    void stop() noexcept {
        if (now != nullptr) now->stop();
    }
    [[nodiscard]] bool secure() const noexcept { return now->secure(); }
};
static_assert(superoffice::byte_transport<changing_link>);

}  // namespace support

#endif
