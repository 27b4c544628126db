#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "client/doctor/daemon_checks.h"
#include "client/doctor/host_checks.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

using client::Finding;
using client::Health;
using ::testing::HasSubstr;

constexpr std::chrono::sys_seconds noon{std::chrono::seconds(1'800'000'000)};

v1::StatusReply healthy() {
  v1::StatusReply status;
  status.set_version("1");
  status.set_started_at(noon.time_since_epoch().count() - 60);
  v1::BackendStatus& backend = *status.add_backends();
  backend.set_name("software");
  backend.set_is_up(true);
  backend.set_memory_locked(true);
  return status;
}

// The one finding that is not well; there must be exactly one, and it says what to do.
Finding trouble_of(const v1::StatusReply& status) {
  Finding out;
  int count = 0;
  for (const Finding& finding : client::check_daemon(status, "1", noon)) {
    if (finding.health == Health::well) continue;
    out = finding;
    ++count;
  }
  EXPECT_EQ(count, 1);
  EXPECT_FALSE(out.advice.empty());
  return out;
}

TEST(Doctor, AHealthyDaemonHasNoTrouble) {
  for (const Finding& finding : client::check_daemon(healthy(), "1", noon)) {
    EXPECT_EQ(finding.health, Health::well) << finding.subject;
    EXPECT_EQ(finding.advice, "");
  }
}

TEST(Doctor, AnAlarmIsIllAndItsRemedyTheAdvice) {
  v1::StatusReply status = healthy();
  v1::Alarm& alarm = *status.add_alarms();
  alarm.set_name("log-disk");
  alarm.set_since(noon.time_since_epoch().count() - 120);
  alarm.set_what("255 MiB left");
  alarm.set_remedy("Make room there.");
  const Finding found = trouble_of(status);
  EXPECT_EQ(found.health, Health::ill);
  EXPECT_EQ(found.subject, "alarm log-disk");
  EXPECT_EQ(found.state, "255 MiB left (for 2 min 0 s)");
  EXPECT_EQ(found.advice, "Make room there.");
}

TEST(Doctor, EachTroubleOfTheDaemonIsNamed) {
  v1::StatusReply status = healthy();
  status.set_version("0");
  EXPECT_EQ(trouble_of(status).subject, "daemon");
  status = healthy();
  status.set_configuration_error("line 3");
  EXPECT_THAT(trouble_of(status).state, HasSubstr("line 3"));
  status = healthy();
  status.mutable_backends(0)->set_is_up(false);
  status.mutable_backends(0)->set_trouble("PIN locked");
  EXPECT_EQ(trouble_of(status).subject, "keys of software");
  EXPECT_EQ(trouble_of(status).health, Health::ill);
  status = healthy();
  status.mutable_backends(0)->set_trouble("no token fits");
  status.mutable_backends(0)->set_is_away(true);
  EXPECT_THAT(trouble_of(status).state, HasSubstr("no token fits"));
  EXPECT_EQ(trouble_of(status).health, Health::ill);
  status.mutable_backends(0)->set_is_away(false);  // maybe it was of one key, or is over
  EXPECT_THAT(trouble_of(status).state, HasSubstr("refused its last signature: no token fits"));
  EXPECT_EQ(trouble_of(status).health, Health::look);
  status = healthy();
  v1::UnusableKey& key = *status.mutable_backends(0)->add_unusable_keys();
  key.set_trouble("it is damaged");
  key.set_is_in_use(true);
  EXPECT_THAT(trouble_of(status).state, HasSubstr("it is damaged"));
  EXPECT_EQ(trouble_of(status).health, Health::ill);
  status = healthy();
  status.mutable_backends(0)->set_memory_locked(false);
  EXPECT_EQ(trouble_of(status).health, Health::look);
  status = healthy();
  status.set_log_trouble("the disk is full");
  EXPECT_EQ(trouble_of(status).subject, "log");
  status = healthy();
  status.set_log_handed_over(true);
  EXPECT_EQ(trouble_of(status).subject, "log");
  status = healthy();
  status.add_unfinished()->set_accepted_at(noon.time_since_epoch().count() - 3600);
  EXPECT_EQ(trouble_of(status).subject, "requests");
  status = healthy();
  status.set_unrecorded(3);
  status.set_overdue(2);
  v1::AwaitedLog& awaited = *status.add_awaited();
  awaited.set_log("public");
  awaited.set_signatures(3);
  EXPECT_EQ(trouble_of(status).subject, "logs elsewhere");
  EXPECT_EQ(trouble_of(status).health, Health::ill);
  EXPECT_THAT(trouble_of(status).state, HasSubstr("2 signatures are overdue"));
  EXPECT_THAT(trouble_of(status).state, HasSubstr("not recorded yet: public 3"));
  status = healthy();
  status.set_started_at(noon.time_since_epoch().count() + 3600);
  EXPECT_EQ(trouble_of(status).subject, "uptime");
}

class DoctorOnHost : public ::testing::Test {
 protected:
  void make_unit(const std::string& more) {
    std::filesystem::create_directories(directory_ / "usr/lib/systemd/system");
    write_text(directory_ / "usr/lib/systemd/system/chanceryd.service", "[Service]\n" + more);
  }
  void make_credential(mode_t mode) {
    std::filesystem::create_directories(directory_ / "etc/chancery");
    write_text(directory_ / "etc/chancery/pin", "1234");
    chmod((directory_ / "etc/chancery/pin").c_str(), mode);
    make_unit("LoadCredential=pin:/etc/chancery/pin\n");
  }
  Finding credential() {
    const client::Findings found = client::check_credentials(directory_.path());
    EXPECT_EQ(found.size(), 1U);
    return found.empty() ? Finding() : found[0];
  }
  TemporaryDirectory directory_;
};

TEST_F(DoctorOnHost, ASocketIsASocketAndNobodyElseCanReplaceIt) {
  const std::filesystem::path path = directory_ / "socket";
  EXPECT_EQ(client::check_socket(path).health, Health::ill);
  write_text(path, "");
  EXPECT_THAT(client::check_socket(path).state, HasSubstr("is no socket"));
  std::filesystem::remove(path);
  std::filesystem::create_symlink(directory_ / "another", path);
  EXPECT_THAT(client::check_socket(path).state, HasSubstr("is no socket"));
  std::filesystem::remove(path);
  const int listening = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(listening, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(client::check_socket(path).health, Health::well);
  chmod(directory_.path().c_str(), 0777);
  EXPECT_THAT(client::check_socket(path).state, HasSubstr("can put another socket"));
  chmod(directory_.path().c_str(), 0700);
  close(listening);
}

TEST_F(DoctorOnHost, AUnitThatDoesNotStartWithTheSystemIsToldOf) {
  EXPECT_EQ(client::check_unit(directory_.path()).health, Health::well);
  make_unit("");
  EXPECT_EQ(client::check_unit(directory_.path()).health, Health::look);
  std::filesystem::create_directories(directory_ / "etc/systemd/system/sockets.target.wants");
  std::filesystem::create_symlink(
      "/nowhere", directory_ / "etc/systemd/system/sockets.target.wants/chanceryd.socket");
  EXPECT_EQ(client::check_unit(directory_.path()).health, Health::well);
}

TEST_F(DoctorOnHost, ACredentialIsThereAndNobodyElseReadsIt) {
  make_credential(0600);
  EXPECT_EQ(credential().health, Health::well);
  make_credential(0640);
  EXPECT_EQ(credential().health, Health::ill);
  std::filesystem::remove(directory_ / "etc/chancery/pin");
  EXPECT_EQ(credential().health, Health::ill);
  std::filesystem::create_symlink("/etc/hostname", directory_ / "etc/chancery/pin");
  EXPECT_EQ(credential().health, Health::ill);
}

TEST_F(DoctorOnHost, ADiskThatCannotBeSeenIsNotCalledWell) {
  EXPECT_EQ(client::check_disk(directory_ / "no").health, Health::look);
}

}  // namespace
}  // namespace chancery::testing
