// The call by cpp-httplib (over OpenSSL), and nlohmann's JSON into a struct.
#define CPPHTTPLIB_OPENSSL_SUPPORT
#include <httplib.h>

#include <cstdio>
#include <memory>
#include <string>

#include "../decode/nlohmann_task.hpp"
#include "peer.hpp"

namespace {

class session {
  public:
    explicit session(const bench::place& at) : at_(at) { make(); }

    void call(bench::manner how) {
        if (how != bench::manner::kept) make();
        const auto reply =
            client_->Post("/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo",
                          {{"Authorization", "Bearer 8A:Cust12345.AbCdEfGh"}, {"Accept", "application/json"}},
                          "{\"Id\":497}", "application/json; charset=utf-8");
        if (!reply || reply->status != 200) bench::give_up("no reply");
        task_ = nlohmann::json::parse(reply->body).get<bench::nlohmann_task>();
    }

    void print_reply() const { std::printf("%s %d\n", task_.Name->c_str(), static_cast<int>(*task_.ProgressPercent)); }

  private:
    void make() {
        client_ = std::make_unique<httplib::SSLClient>(at_.host, std::atoi(at_.port));
        client_->set_ca_cert_path(at_.ca_file);
        client_->enable_server_certificate_verification(true);
        client_->set_keep_alive(true);
        client_->set_tcp_nodelay(true);
    }

    bench::place at_;
    std::unique_ptr<httplib::SSLClient> client_;
    bench::nlohmann_task task_;
};

}  // namespace

int main(int argc, char** argv) { return bench::serve<session>(argc, argv); }
