#include <gmock/gmock.h>

#include "tests/support/patience.h"
#include "tests/support/program_run.h"
#include "tests/support/services/scripted_server.h"
#include "tests/unit/remote/asking.h"

namespace chancery::testing {
namespace {

// A web server behind TLS, with a certificate of its own making for `subject_name`.
class TlsServer {
 public:
  explicit TlsServer(const std::string& subject_name) : port_(std::to_string(free_port())) {
    const ProgramOutcome made =
        run(openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                     "-nodes", "-subj", "/CN=test", "-addext", "subjectAltName=" + subject_name,
                     "-keyout", directory_ / "key", "-out", certificate()}));
    EXPECT_EQ(made.status, 0) << made.err;
    server_.emplace(openssl({"s_server", "-accept", "127.0.0.1:" + port_, "-www", "-key",
                             directory_ / "key", "-cert", certificate()}));
  }
  std::string certificate() const { return directory_ / "certificate"; }
  std::string url() const { return "https://127.0.0.1:" + port_ + "/"; }

 private:
  ProgramOptions openssl(std::vector<std::string> arguments) const {
    return {"/usr/bin/openssl", std::move(arguments), directory_.path()};
  }
  TemporaryDirectory directory_;
  std::string port_;
  std::optional<ProgramRun> server_;
};

// Once it listens.
Result<remote::HttpAnswer> ask_over_tls(remote::HttpClient& client, const std::string& url) {
  for (;;) {
    auto answer = ask(client, get(url));
    const bool is_refused =
        !answer.ok() && answer.error().message.find("connect to") != std::string::npos;
    if (!is_refused) return answer;
    pause_briefly();
  }
}

TEST(HttpsClient, BelievesTheAuthoritiesOfItsFile) {
  const TlsServer server("IP:127.0.0.1");
  const auto client = start_client({.ca_file = server.certificate()});
  const auto answer = ask_over_tls(*client, server.url());
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
}

TEST(HttpsClient, UnknownAuthorityGetsNothing) {
  const TlsServer server("IP:127.0.0.1");
  const auto client = start_client();
  const auto answer = ask_over_tls(*client, server.url());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().reason, "HTTP_NOT_SENT");
  EXPECT_THAT(answer.error().message, ::testing::HasSubstr("certificate"));
}

TEST(HttpsClient, CertificateOfAnotherHostGetsNothing) {
  const TlsServer server("DNS:elsewhere.test");
  const auto client = start_client({.ca_file = server.certificate()});
  const auto answer = ask_over_tls(*client, server.url());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().reason, "HTTP_NOT_SENT");
}

}  // namespace
}  // namespace chancery::testing
