// Many transfers of libcurl's multi interface in one thread, driven by epoll, each on a connection of its own that is kept:
//
//     many_curl HOST PORT CA-FILE MILLISECONDS COUNT...
//
// For each COUNT a line: COUNT, calls per second, CPU time per call in ns. The reply is decoded by nlohmann's JSON, as in
// curl.cpp.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "../decode/nlohmann_task.hpp"
#include "peer.hpp"

namespace {

std::size_t append(char* data, std::size_t, std::size_t size, void* into) {
    static_cast<std::string*>(into)->append(data, size);
    return size;
}

struct transfer {
    CURL* easy = curl_easy_init();
    std::string reply;
    bench::nlohmann_task task;
};

class loop {
  public:
    loop() {
        curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &loop::watch);
        curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
        curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &loop::set_timer);
        curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
        curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 2000L);
        curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
    }

    void start(transfer& one) {
        one.reply.clear();
        curl_multi_add_handle(multi_, one.easy);
        ++running_;
    }

    /// Until `end`, and then until nothing runs. How many have ended before it.
    long long run(long long end) {
        long long ended = 0;
        while (running_ != 0) {
            epoll_event happened[64];
            const int found =
                epoll_wait(ready_, happened, 64, timer_ < 0 || timer_ > 10000 ? 10000 : static_cast<int>(timer_));
            int ignored = 0;
            if (found == 0) {
                timer_ = -1;
                curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &ignored);
            }
            for (int n = 0; n < found; ++n) {
                const int what = (happened[n].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                                 (happened[n].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                                 (happened[n].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
                curl_multi_socket_action(multi_, happened[n].data.fd, what, &ignored);
            }
            ended += take_ended(end);
        }
        return ended;
    }

  private:
    static int watch(CURL*, curl_socket_t socket, int what, void* self, void* known) {
        loop& me = *static_cast<loop*>(self);
        epoll_event wanted = {};
        wanted.events =
            static_cast<unsigned>((what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0));
        wanted.data.fd = socket;
        if (what == CURL_POLL_REMOVE) {
            epoll_ctl(me.ready_, EPOLL_CTL_DEL, socket, nullptr);
        } else if (epoll_ctl(me.ready_, known != nullptr ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &wanted) == 0) {
            curl_multi_assign(me.multi_, socket, &me);
        }
        return 0;
    }
    static int set_timer(CURLM*, long milliseconds, void* self) {
        static_cast<loop*>(self)->timer_ = milliseconds;
        return 0;
    }

    long long take_ended(long long end) {
        long long ended = 0;
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            CURL* const easy = message->easy_handle;
            if (message->data.result != CURLE_OK) bench::give_up(curl_easy_strerror(message->data.result));
            transfer* one = nullptr;
            long status = 0;
            curl_easy_getinfo(easy, CURLINFO_PRIVATE, &one);
            curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
            if (status != 200) bench::give_up("not 200");
            one->task = nlohmann::json::parse(one->reply).get<bench::nlohmann_task>();
            curl_multi_remove_handle(multi_, easy);
            --running_;
            if (bench::nanoseconds(CLOCK_MONOTONIC) >= end) continue;
            ++ended;
            start(*one);
        }
        return ended;
    }

    CURLM* multi_ = curl_multi_init();
    int ready_ = epoll_create1(0);
    long timer_ = -1;
    std::size_t running_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 6) bench::give_up("usage: many_curl HOST PORT CA-FILE MILLISECONDS COUNT...");
    rlimit files = {};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    curl_global_init(CURL_GLOBAL_DEFAULT);
    const std::string url =
        "https://" + std::string(argv[1]) + ":" + argv[2] + "/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo";
    curl_slist* headers = curl_slist_append(nullptr, "Authorization: Bearer 8A:Cust12345.AbCdEfGh");
    headers = curl_slist_append(headers, "Content-Type: application/json; charset=utf-8");
    headers = curl_slist_append(headers, "Accept: application/json");
    const long long duration = std::atoll(argv[4]) * 1000000;
    loop all;
    std::vector<std::unique_ptr<transfer>> transfers;
    for (int at = 5; at < argc; ++at) {
        const auto count = static_cast<std::size_t>(std::atoi(argv[at]));
        while (transfers.size() < count) {
            transfers.push_back(std::make_unique<transfer>());
            transfer& made = *transfers.back();
            curl_easy_setopt(made.easy, CURLOPT_URL, url.c_str());
            curl_easy_setopt(made.easy, CURLOPT_CAINFO, argv[3]);
            curl_easy_setopt(made.easy, CURLOPT_HTTPHEADER, headers);
            curl_easy_setopt(made.easy, CURLOPT_POSTFIELDS, "{\"Id\":497}");
            curl_easy_setopt(made.easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
            curl_easy_setopt(made.easy, CURLOPT_WRITEFUNCTION, append);
            curl_easy_setopt(made.easy, CURLOPT_WRITEDATA, &made.reply);
            curl_easy_setopt(made.easy, CURLOPT_PRIVATE, &made);
            curl_easy_setopt(made.easy, CURLOPT_TIMEOUT, 30L);
        }
        // Each connects, all at the same time, so that each has a connection; that is not measured.
        for (std::size_t n = 0; n < count; ++n) all.start(*transfers[n]);
        static_cast<void>(all.run(0));
        for (std::size_t n = 0; n < count; ++n) all.start(*transfers[n]);
        const long long cpu = bench::nanoseconds(CLOCK_PROCESS_CPUTIME_ID), wall = bench::nanoseconds(CLOCK_MONOTONIC);
        const long long calls = all.run(wall + duration) + static_cast<long long>(count);
        const long long now = bench::nanoseconds(CLOCK_MONOTONIC);
        std::printf("%zu %.0f %lld\n", count, static_cast<double>(calls) * 1e9 / static_cast<double>(now - wall),
                    (bench::nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / calls);
        std::fflush(stdout);
    }
}
