// How an operator sees the daemon run: numbers for a monitor, and the doctor.

#include "tests/end_to_end/command/command_fixture.h"
#include "tests/end_to_end/configured_daemon.h"
#include "tests/support/patience.h"

namespace chancery::testing {
namespace {

using ::testing::HasSubstr;

class WatchTest : public CommandTest {};

TEST_F(WatchTest, NumbersTellWhatWasDone) {
  write_text(work("file"), "content");
  ASSERT_EQ(chancery({"sign", "file"}).status, 0);
  v1::SignRequest request = sign_request("k", "content");
  request.set_profile("unknown");
  ASSERT_FALSE(daemon_.sign(request).ok());
  const auto metrics = chancery({"status", "--metrics"});
  EXPECT_EQ(metrics.status, 0) << metrics.err;
  for (const char* line :
       {"chancery_requests_total{state=\"done\"} 1\n",
        "chancery_refusals_total{reason=\"PROFILE_UNKNOWN\",rule=\"\"} 1\n",
        "chancery_backend_up{backend=\"software\"} 1\n",
        "chancery_signings_total{backend=\"software\"} 1\n", "chancery_log_proofs_total 1\n",
        "chancery_oldest_unfinished_seconds 0\n", "chancery_audit_records 5\n"}) {
    EXPECT_THAT(metrics.out, HasSubstr(line));
  }
}

TEST_F(WatchTest, TheDoctorFindsARunningDaemonWell) {
  const auto doctor = chancery({"doctor"});
  EXPECT_EQ(doctor.status, 0) << doctor.out;
  EXPECT_THAT(doctor.out, HasSubstr("well  socket: "));
  EXPECT_THAT(doctor.out, HasSubstr("well  keys of software: up"));
}

TEST_F(WatchTest, TheDoctorSaysWhatToDoWithoutADaemon) {
  daemon_.process().stop();
  std::filesystem::remove(daemon_.socket());
  const auto doctor = chancery({"doctor"});
  EXPECT_EQ(doctor.status, 1);
  EXPECT_THAT(doctor.out, HasSubstr("ILL   socket: "));
  EXPECT_THAT(doctor.out, HasSubstr("systemctl start chanceryd.socket"));
}

TEST(MetricsFileOfTheDaemon, IsWrittenWhereTheConfigurationSays) {
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory / "chancery.prom";
  const ConfiguredDaemon daemon(we_may() + "[metrics]\nfile = \"" + file.string() + "\"\n");
  const Patience patience;
  while (!std::filesystem::exists(file) && !patience.ended()) {
  }
  EXPECT_THAT(read_text(file), HasSubstr("\nchancery_log_entries 0\n"));
}

}  // namespace
}  // namespace chancery::testing
