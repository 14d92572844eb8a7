// The call by Boost.Beast over Boost.Asio and OpenSSL, and Boost.JSON into a described struct.
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include <cstdio>
#include <memory>
#include <string>

#include "../decode/boost_task.hpp"
#include "peer.hpp"

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

class session {
  public:
    explicit session(const bench::place& at) : at_(at) {
        context_.load_verify_file(at.ca_file);
        context_.set_verify_mode(asio::ssl::verify_peer);
    }

    void call(bench::manner how) {
        if (how != bench::manner::kept && stream_ != nullptr) disconnect();
        if (stream_ == nullptr) connect();
        http::request<http::string_body> request{http::verb::post, "/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo",
                                                 11};
        request.set(http::field::host, std::string(at_.host) + ":" + at_.port);
        request.set(http::field::authorization, "Bearer 8A:Cust12345.AbCdEfGh");
        request.set(http::field::content_type, "application/json; charset=utf-8");
        request.set(http::field::accept, "application/json");
        request.body() = "{\"Id\":497}";
        request.prepare_payload();
        http::write(*stream_, request);
        http::response<http::string_body> reply;
        http::read(*stream_, buffer_, reply);
        if (reply.result() != http::status::ok) bench::give_up("not 200");
        task_ = boost::json::value_to<bench::boost_task>(boost::json::parse(reply.body()));
    }

    void print_reply() const { std::printf("%s %d\n", task_.Name->c_str(), static_cast<int>(*task_.ProgressPercent)); }

  private:
    using stream = asio::ssl::stream<asio::ip::tcp::socket>;

    void connect() {
        stream_ = std::make_unique<stream>(io_, context_);
        asio::ip::tcp::resolver resolver{io_};
        SSL_set_tlsext_host_name(stream_->native_handle(), at_.host);
        stream_->set_verify_callback(asio::ssl::host_name_verification(at_.host));
        asio::connect(stream_->next_layer(), resolver.resolve(at_.host, at_.port));
        stream_->next_layer().set_option(asio::ip::tcp::no_delay(true));
        stream_->handshake(asio::ssl::stream_base::client);
    }
    void disconnect() {
        beast::error_code ignored;
        stream_->next_layer().close(ignored);
        stream_.reset();
        buffer_.clear();
    }

    bench::place at_;
    asio::io_context io_;
    asio::ssl::context context_{asio::ssl::context::tls_client};
    std::unique_ptr<stream> stream_;
    beast::flat_buffer buffer_;
    bench::boost_task task_;
};

}  // namespace

int main(int argc, char** argv) { return bench::serve<session>(argc, argv); }
