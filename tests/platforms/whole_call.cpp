// whole_call.cpp - the same calls on every platform: over bytes, over an HTTP stack, and a watch; all of them scripted.
// SPDX-License-Identifier: BSL-1.0
//
// whole_call() returns 0 if everything was as it should be, and otherwise the number of what was not.
#ifdef WHOLE_CALL_IMPORTS
#include <superoffice/base/version.hpp>

#include <boost/describe.hpp>
#else
#include <superoffice/batch.hpp>
#endif

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#ifdef WHOLE_CALL_IMPORTS
import superoffice.batch;
#endif

namespace {

namespace script = superoffice::script;

struct progress {
    superoffice::field<superoffice::coded<superoffice::BatchTaskState>> State;
    superoffice::field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent))

constexpr char base[] = "https://online.superoffice.com/Cust12345/api";

#define REQUEST(select) \
    "POST /Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo" select \
    " HTTP/1.1\r\n" \
    "Host: online.superoffice.com\r\n" \
    "Accept: application/json\r\n" \
    "Accept-Encoding: identity\r\n" \
    "Content-Type: application/json; charset=utf-8\r\n" \
    "Content-Length: 10\r\n" \
    "User-Agent: superoffice-batch/" SUPEROFFICE_VERSION_TEXT \
    "\r\n" \
    "Authorization: Bearer 8A:x\r\n" \
    "\r\n" \
    "{\"Id\":497}"
constexpr std::string_view request_all = REQUEST("");
constexpr std::string_view request_two = REQUEST("?$select=State,ProgressPercent");

constexpr std::string_view body_all =
    R"({"Id":547,"Name":"ContactExport","AssociateId":426,"DetailsTable":202,"DetailsRecord":91,"IsSystemTask":false,)"
    R"("IsInternalTask":true,"ParameterObject":{"ParameterObject1":"format=xlsx","ParameterObject2":"\u00e9=true"},)"
    R"("LastStarted":"2024-11-27T09:15:00+01:00","Created":"2024-11-27T09:00:00.1234567Z","StartCount":-1,)"
    R"("DatabaseSerialNumber":"459952","Context":"User Export Request","Result":null,"State":"Succeeded",)"
    R"("Description":"A \"quoted\" \u20ac \ud83d\ude00 \\ text","Response":"","Request":"x",)"
    R"("ProgressDescription":"done","ProgressPercent":100,"FileName":"contacts.xlsx",)"
    R"("CancellationBehaviour":"CannotCancel","TableRight":{"Mask":"URI, Filtering","Reason":"r"},)"
    R"("FieldProperties":{"fieldName":{"FieldRight":{"Mask":"FULL","Reason":"x"},"FieldType":"System.Int32",)"
    R"("FieldLength":12345}}})";

std::byte memory[3 * 1024];

/// The documented reply in chunks of 85 bytes.
class chunked_reply {
  public:
    chunked_reply() noexcept {
        put("HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (std::size_t at = 0; at < body_all.size();) {
            const std::size_t left = body_all.size() - at, size = left < 85 ? left : 85;
            const char line[] = {hex(size / 16), hex(size % 16), '\r', '\n'};
            put({line, sizeof line});
            put({body_all.data() + at, size});
            put("\r\n");
            at += size;
        }
        put("0\r\n\r\n");
    }
    [[nodiscard]] std::string_view text() const noexcept { return {text_, size_}; }

  private:
    static char hex(std::size_t digit) noexcept { return "0123456789abcdef"[digit]; }
    void put(std::string_view text) noexcept {
        std::memcpy(text_ + size_, text.data(), text.size());
        size_ += text.size();
    }

    char text_[1536];
    std::size_t size_ = 0;
};
const char* told = nullptr;  // keeps the texts of errors in the program

template <class Call>
bool goes_to_its_end(Call& call) noexcept {
    superoffice::instant now{1000};
    for (int n = 0; n < 100'000; ++n) {
        if (call.step(now) == superoffice::step_state::done) return true;
        now = now + superoffice::milliseconds{1};
    }
    return false;
}

int all_properties(const superoffice::script_pacing& pacing) noexcept {
    const chunked_reply reply;
    const superoffice::script_step steps[] = {script::starts("online.superoffice.com", 443),
                                              script::expects(request_all), script::gives(reply.text())};
    superoffice::scripted link{steps, pacing};
    superoffice::client api{link, base, superoffice::bearer{"8A:x"}, memory};
    auto call = api.start_get_batch_task_info(497);
    if (!goes_to_its_end(call)) return 1;
    if (!call.result()) {
        told = superoffice::message(call.error());
        return 2;
    }
    const superoffice::BatchTaskInfo& task = call.value();
    if (task.Id != 547 || task.Name != "ContactExport" || task.IsSystemTask != false || task.IsInternalTask != true)
        return 3;
    if (task.StartCount != -1 || task.State != superoffice::BatchTaskState::Succeeded || task.ProgressPercent != 100)
        return 4;
    if (!task.Result.is_null() || task.Description != "A \"quoted\" \xe2\x82\xac \xf0\x9f\x98\x80 \\ text") return 5;
    if (task.CancellationBehaviour != superoffice::BatchTaskCancellationBehaviour::CannotCancel) return 6;
    if (!task.Created || task.Created->utc() != superoffice::unix_time{1'732'698'000, 123'456'700}) return 7;
    int entries = 0;
    for (const auto& entry : *task.ParameterObject) entries += entry.value == "\xc3\xa9=true" ? 10 : 1;
    if (entries != 11) return 8;
    if (!task.TableRight || !task.FieldProperties) return 9;
    return 0;
}

int watch_of_two() noexcept {
    const superoffice::script_step steps[] = {
        script::starts("online.superoffice.com", 443),
        script::expects(request_two),
        script::gives("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n"
                      R"({"State":"Started","ProgressPercent":62})"),
        script::expects(request_two),
        script::gives("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 43\r\n\r\n"
                      R"({"State":"Succeeded","ProgressPercent":100})"),
    };
    superoffice::scripted link{steps};
    superoffice::client api{link, base, superoffice::bearer{"8A:x"}, memory};
    superoffice::watch<progress> task{api, 497};
    superoffice::instant now{5};
    int changes = 0;
    for (int n = 0; n < 100'000 && !task.is_over(); ++n) {
        switch (task.step(now)) {
            case superoffice::watch_state::waiting: break;
            case superoffice::watch_state::changed:
            case superoffice::watch_state::finished: ++changes; break;
            default: return 11;
        }
        now = now + superoffice::milliseconds{100};
    }
    return task.result() && changes == 2 && task.value().ProgressPercent == 100 ? 0 : 12;
}

int error_object() noexcept {
    const superoffice::script_step steps[] = {
        script::starts(), script::expects(request_all),
        script::gives("HTTP/1.1 500 x\r\nContent-Type: application/json\r\nContent-Length: 62\r\n\r\n"
                      R"({"Error":true,"ErrorType":"T","Message":"it fell","Source":""})")};
    superoffice::scripted link{steps};
    superoffice::client api{link, base, superoffice::bearer{"8A:x"}, memory};
    auto call = api.start_get_batch_task_info(497);
    if (!goes_to_its_end(call)) return 21;
    if (call.error().code != superoffice::errc::service_fault) return 22;
    if (api.last_reply().message != "it fell") return 23;
    return std::strlen(superoffice::message(call.error())) > 10 ? 0 : 24;
}

int renewed_credential() noexcept {
    const superoffice::script_step refused[] = {script::fails(superoffice::errc::connection_refused, 61)};
    superoffice::scripted link{{}}, login{refused};
    static std::byte login_memory[superoffice::refreshing_bearer_memory_bytes];
    superoffice::refreshing_bearer credential{
        login, "https://sod.superoffice.com", {"client"}, "refresh token", login_memory};
    superoffice::client api{link, base, superoffice::credential_share{credential}, memory};
    auto call = api.start_get_batch_task_info<progress>(497);
    if (!goes_to_its_end(call)) return 31;
    return call.error().code == superoffice::errc::credential_unavailable ? 0 : 32;
}

int list_of_tasks() noexcept {
    const superoffice::script_step steps[] = {
        script::starts(), script::expects_request(),
        script::gives("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 84\r\n\r\n"
                      R"([{"State":"Started","ProgressPercent":62},)"
                      R"({"State":"Started","ProgressPercent":7},null])")};
    superoffice::scripted link{steps, {.at_most = 1}};
    superoffice::client api{link, base, superoffice::bearer{"8A:x"}, memory};
    int percent = 0;
    const superoffice::GetBatchTaskInfosByStateRequest started{superoffice::BatchTaskState::Started};
    auto call =
        api.start_list<progress>(superoffice::get_batch_task_infos_by_state, started, [&](const progress& task) {
            percent += task.ProgressPercent.value_or(0);
            return percent == 69 ? superoffice::list_answer::stop : superoffice::list_answer::more;
        });
    if (!goes_to_its_end(call)) return 45;
    return call.result() && call.count() == 2 && percent == 69 ? 0 : 46;
}

int file_of_a_task() noexcept {
    const superoffice::script_step steps[] = {
        script::starts(), script::expects_request(),
        script::gives("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "5\r\nfirst\r\n7\r\n,second\r\n0\r\n\r\n")};
    superoffice::scripted link{steps};
    superoffice::client api{link, base, superoffice::bearer{"8A:x"}, memory};
    char file[16];
    std::size_t size = 0;
    auto call = api.start_download(superoffice::get_output_from_batch, {497}, [&](std::span<const std::byte> piece) {
        if (piece.size() > sizeof file - size) return superoffice::sink_answer::stop;
        std::memcpy(file + size, piece.data(), piece.size());
        size += piece.size();
        return superoffice::sink_answer::more;
    });
    if (!goes_to_its_end(call)) return 47;
    return call.result() && std::string_view{file, size} == "first,second" ? 0 : 48;
}

int written_json() noexcept {
    superoffice::BatchTaskInfo task;
    task.Id = 3;
    task.Name = "x\"y";
    task.State = superoffice::BatchTaskState::Failed;
    char text[200];
    const superoffice::result<std::string_view> written = superoffice::encode(task, text);
    return written && *written == R"({"Id":3,"Name":"x\"y","State":"Failed"})" ? 0 : 41;
}

class http_stack {
  public:
    static constexpr bool may_wait = false;
    superoffice::io_result start(const superoffice::http_request& what) noexcept {
        is_right_ = what.url ==
                        "https://online.superoffice.com/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo?$select="
                        "State,ProgressPercent" &&
                    what.target == "/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo?$select=State,ProgressPercent";
        given_ = 0;
        return superoffice::io_result::ready();
    }
    superoffice::io_result step(superoffice::instant, std::span<std::byte> into) noexcept {
        const std::size_t left = body.size() - given_, size = left < into.size() ? left : into.size();
        if (!is_right_) return superoffice::io_result::failed(superoffice::errc::link_failed, 1);
        if (left == 0) return superoffice::io_result::closed();
        std::memcpy(into.data(), body.data() + given_, size);
        given_ += size;
        return superoffice::io_result::ready(size);
    }
    [[nodiscard]] std::uint16_t status() const noexcept { return 200; }
    [[nodiscard]] std::string_view header(std::string_view) const noexcept { return {}; }
    void cancel() noexcept {}
    [[nodiscard]] bool secure() const noexcept { return true; }

  private:
    static constexpr std::string_view body = R"({"State":"Started","ProgressPercent":62})";
    std::size_t given_ = 0;
    bool is_right_ = false;
};
static_assert(superoffice::http_transport<http_stack>);

int over_an_http_stack() noexcept {
    http_stack stack;
    superoffice::client api{stack, base, superoffice::bearer{"8A:x"}, memory};
    auto call = api.start_get_batch_task_info<progress>(497);
    if (!goes_to_its_end(call)) return 51;
    return call.result() && call.value().ProgressPercent == 62 ? 0 : 52;
}

}  // namespace

extern "C" int whole_call() noexcept;
int whole_call() noexcept {
    if (const int wrong = all_properties({})) return wrong;
    if (const int wrong = all_properties({.at_most = 1})) return 60 + wrong;
    if (const int wrong = all_properties({.blocks_first = true})) return 70 + wrong;
    for (int (*each)() noexcept : {watch_of_two, error_object, renewed_credential, list_of_tasks, file_of_a_task,
                                   written_json, over_an_http_stack})
        if (const int wrong = each()) return wrong;
    return 0;
}

#ifdef WHOLE_CALL_HAS_MAIN
int main() { return whole_call(); }
#endif
