// The call as many write it: libcurl's easy interface, and nlohmann's JSON into a struct.
#include <cstdio>
#include <string>

#include <curl/curl.h>

#include "../decode/nlohmann_task.hpp"
#include "peer.hpp"

namespace {

std::size_t append(char* data, std::size_t, std::size_t size, void* into) {
    static_cast<std::string*>(into)->append(data, size);
    return size;
}

class session {
  public:
    explicit session(const bench::place& at) : ca_file_(at.ca_file) {
        curl_global_init(CURL_GLOBAL_DEFAULT);
        url_ = "https://" + std::string(at.host) + ":" + at.port + "/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo";
        headers_ = curl_slist_append(headers_, "Authorization: Bearer 8A:Cust12345.AbCdEfGh");
        headers_ = curl_slist_append(headers_, "Content-Type: application/json; charset=utf-8");
        headers_ = curl_slist_append(headers_, "Accept: application/json");
        make();
    }

    void call(bench::manner how) {
        curl_easy_setopt(handle_, CURLOPT_FRESH_CONNECT, how == bench::manner::kept ? 0L : 1L);
        curl_easy_setopt(handle_, CURLOPT_FORBID_REUSE, how == bench::manner::kept ? 0L : 1L);
        curl_easy_setopt(handle_, CURLOPT_SSL_SESSIONID_CACHE, how == bench::manner::fresh ? 0L : 1L);
        reply_.clear();
        if (const CURLcode code = curl_easy_perform(handle_); code != CURLE_OK)
            bench::give_up(curl_easy_strerror(code));
        long status = 0;
        curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
        if (status != 200) bench::give_up("not 200");
        task_ = nlohmann::json::parse(reply_).get<bench::nlohmann_task>();
    }

    void print_reply() const { std::printf("%s %d\n", task_.Name->c_str(), static_cast<int>(*task_.ProgressPercent)); }

  private:
    void make() {
        handle_ = curl_easy_init();
        curl_easy_setopt(handle_, CURLOPT_URL, url_.c_str());
        curl_easy_setopt(handle_, CURLOPT_CAINFO, ca_file_);
        curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, headers_);
        curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, "{\"Id\":497}");
        curl_easy_setopt(handle_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, append);
        curl_easy_setopt(handle_, CURLOPT_WRITEDATA, &reply_);
        curl_easy_setopt(handle_, CURLOPT_TIMEOUT, 30L);
    }

    const char* ca_file_;
    std::string url_, reply_;
    curl_slist* headers_ = nullptr;
    CURL* handle_ = nullptr;
    bench::nlohmann_task task_;
};

}  // namespace

int main(int argc, char** argv) { return bench::serve<session>(argc, argv); }
