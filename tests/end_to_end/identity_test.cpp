// Who is there, when somebody tries to be another: with real users, setuid programs and cgroups.
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cstring>
#include <functional>

#include "chancery/v1/policy.pb.h"
#include "tests/end_to_end/audit_records.h"
#include "tests/end_to_end/configured_daemon.h"
#include "tests/support/patience.h"
#include "wire/descriptor.h"
#include "wire/frame.h"
#include "wire/message.h"

namespace chancery::testing {
namespace {

namespace fs = std::filesystem;

constexpr uid_t stranger = 65534;

// Runs `act` in a child process; its exit status.
int in_child(const std::function<int()>& act) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(act());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int become(uid_t uid) {
  return ::setgroups(0, nullptr) | ::setresgid(uid, uid, uid) | ::setresuid(uid, uid, uid);
}

// Only root may be somebody else for a moment. Root alone has a rule.
class Impostor : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, to be several users";
    daemon_.emplace(we_may());
    // Whoever knows the way may connect.
    ::chmod(daemon_->socket().parent_path().c_str(), 0711);
    ::chmod(daemon_->socket().c_str(), 0666);
    socket_ = wire::Descriptor(::socket(AF_UNIX, SOCK_STREAM, 0));
  }

  int connect() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    daemon_->socket().string().copy(address.sun_path, sizeof(address.sun_path) - 1);
    return ::connect(socket_.number(), reinterpret_cast<const sockaddr*>(&address),
                     sizeof(address));
  }
  static std::string request(std::string_view key) {
    const std::string payload = sign_request(key, "hello").SerializeAsString();
    return wire::build_request(1, 0, {std::string(signer), "Sign", payload, {}}).value();
  }
  int write(const std::string& bytes) const {
    return ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0 ? 1 : 0;
  }
  // "signed", or the error's reason.
  std::string answer() const {
    wire::FrameReader reader;
    std::string arrived(65536, '\0');
    const timeval patience{30, 0};
    ::setsockopt(socket_.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    while (true) {
      const ssize_t count = ::recv(socket_.number(), arrived.data(), arrived.size(), 0);
      if (count <= 0) return "no answer";
      ByteView bytes = as_bytes(arrived).first(static_cast<std::size_t>(count));
      for (auto event = reader.advance(bytes); event != wire::FrameReader::Event::starved;
           event = reader.advance(bytes)) {
        if (event != wire::FrameReader::Event::frame) continue;
        const Result<std::string> reply = wire::parse_response(reader.take_data());
        return reply.ok() ? "signed" : reply.error().reason;
      }
    }
  }

  std::optional<ConfiguredDaemon> daemon_;
  wire::Descriptor socket_;
};

TEST_F(Impostor, WhoAsksForSomebodyElsesRulesIsOnRecord) {
  const int status = in_child([this] {
    if (become(stranger) != 0) return 1;
    const auto connection = client::Connection::open(daemon_->socket(), soon());
    v1::ExplainRequest request;
    request.set_user("root");
    const auto answer =
        (*connection)->call("chancery.v1.Policy", "Explain", request.SerializeAsString(), soon());
    return answer.ok() || answer.error().reason != "NO_ADMIN_RULE" ? 2 : 0;
  });
  EXPECT_EQ(status, 0);
  const Patience patience;
  Json refused;
  while (refused.empty() && !patience.ended()) {
    refused = newest_record(daemon_->socket(), "refused");
  }
  EXPECT_EQ(refused["uid"], stranger);
  EXPECT_EQ(refused["method"], "Policy.Explain");
  EXPECT_EQ(refused["reason"], "NO_ADMIN_RULE");
}

TEST_F(Impostor, WhoConnectsAsRootIsServed) {
  ASSERT_EQ(connect(), 0);
  ASSERT_EQ(write(request("one")), 0);
  EXPECT_EQ(answer(), "signed");
}

TEST_F(Impostor, WhoConnectsAsNobodyIsNobody) {
  EXPECT_EQ(in_child([this] {
              if ((become(stranger) | connect() | write(request("one"))) != 0) return 1;
              return answer() == "NO_RULE" ? 0 : 2;
            }),
            0);
}

TEST_F(Impostor, ARootsSocketThatANobodyGotServesHimNot) {
  ASSERT_EQ(connect(), 0);
  EXPECT_EQ(in_child([this] { return become(stranger) | write(request("one")); }), 0);
  EXPECT_EQ(answer(), "PEER_CHANGED");
}

// It connects as nobody, and by the time it asks it runs as root: user and groups are those of the
// moment of connecting.
TEST_F(Impostor, AProgramThatIsSetuidRootDoesNotMakeItsCallerRoot) {
  const TemporaryDirectory directory;
  ::chmod(directory.path().c_str(), 0711);
  const fs::path program = directory / "cat", secret = directory / "request";
  fs::copy_file("/bin/cat", program);
  ::chmod(program.c_str(), 04755);
  write_text(secret, request("one"));
  ::chmod(secret.c_str(), 0600);  // for root's eyes: that it is sent shows who sends it
  int ends[2], told[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC) | ::pipe2(told, O_CLOEXEC), 0);
  const wire::Descriptor hold_in(ends[0]), ready_in(told[0]);
  wire::Descriptor hold(ends[1]), ready(told[1]);
  const pid_t child = ::fork();
  if (child == 0) {
    hold.close();
    if ((become(stranger) | connect()) != 0) ::_exit(9);
    (void)!::write(ready.number(), "c", 1);
    ::dup2(socket_.number(), STDOUT_FILENO);
    ::dup2(hold_in.number(), STDIN_FILENO);
    // After the request it reads from the pipe, and so lives until the answer is there.
    ::execl(program.c_str(), "cat", secret.c_str(), "-", nullptr);
    ::_exit(9);
  }
  ready.close();
  char connected = 0;
  EXPECT_EQ(::read(ready_in.number(), &connected, 1), 1);
  EXPECT_EQ(answer(), "NO_RULE");
  hold.close();
  ::waitpid(child, nullptr, 0);
}

// --- Units ---

// A hierarchy of cgroups as the system manager keeps it, and processes put into it.
class Cgroups {
 public:
  // False: this host does not let us.
  bool mount() {
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
      return false;
    }
    const bool is_version_1 =
        read_text("/proc/self/cgroup").find(":name=systemd:") != std::string::npos;
    return is_version_1
               ? ::mount("none", top_.path().c_str(), "cgroup", 0, "none,name=systemd") == 0
               : ::mount("none", top_.path().c_str(), "cgroup2", 0, nullptr) == 0;
  }
  ~Cgroups() {
    for (const fs::path& made : made_) ::rmdir(made.c_str());
    ::umount2(top_.path().c_str(), MNT_DETACH);
  }

  // As the system manager says which run of a unit this is.
  static bool name_invocation(const std::string& unit, const std::string& id) {
    const fs::path units = "/run/systemd/units";
    return ::mount("chancery-test", "/run", "tmpfs", 0, "mode=755") == 0 &&
           fs::create_directories(units) &&
           ::symlink(id.c_str(), (units / ("invocation:" + unit)).c_str()) == 0;
  }

  void make(const fs::path& cgroup) {
    fs::path at = top_.path();
    for (const fs::path& part : cgroup) {
      at /= part;
      if (::mkdir(at.c_str(), 0755) == 0) made_.insert(made_.begin(), at);
    }
  }
  // The calling process.
  int enter(const fs::path& cgroup) const {
    const wire::Descriptor processes(
        ::open((top_.path() / cgroup / "cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
    return ::write(processes.number(), "0", 1) == 1 ? 0 : 1;
  }

 private:
  TemporaryDirectory top_;
  std::vector<fs::path> made_;  // the deepest first
};

class Unit : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, to make cgroups";
    if (!cgroups_.mount()) GTEST_SKIP() << "cannot make cgroups here: " << std::strerror(errno);
    daemon_.emplace("[[rule]]\nname = \"unit\"\nunits = [\"" + unit_ +
                    "\"]\nprofiles = [\"default\"]\n");
  }
  // What a process in this cgroup is answered.
  std::string sign_in(const fs::path& cgroup) {
    cgroups_.make(cgroup);
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const wire::Descriptor out(ends[0]);
    wire::Descriptor in(ends[1]);
    in_child([&] {
      if (cgroups_.enter(cgroup) != 0) return 1;
      const auto connection = client::Connection::open(daemon_->socket(), soon());
      if (!connection.ok()) return 1;
      const auto reply =
          (*connection)
              ->call(signer, "Sign", sign_request(cgroup.string(), "hello").SerializeAsString(),
                     soon());
      const std::string said = reply.ok() ? "signed" : reply.error().message;
      return ::write(in.number(), said.data(), said.size()) < 0 ? 1 : 0;
    });
    in.close();
    std::string said(4096, '\0');
    const ssize_t count = ::read(out.number(), said.data(), said.size());
    said.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    return said;
  }

  const std::string unit_ = "chancery-test-" + std::to_string(::getpid()) + ".service";
  Cgroups cgroups_;
  std::optional<ConfiguredDaemon> daemon_;
};

TEST_F(Unit, AProcessOfTheSystemUnitIsServed) {
  EXPECT_EQ(sign_in("system.slice/" + unit_), "signed");
  EXPECT_EQ(sign_in("system.slice/" + unit_ + "/worker"), "signed");
}

TEST_F(Unit, IsOnRecordWithItsInvocationAndContainer) {
  const std::string invocation = "0123456789abcdef0123456789abcdef";
  const std::string container(64, 'c');
  ASSERT_TRUE(Cgroups::name_invocation(unit_, invocation));
  ASSERT_EQ(sign_in("system.slice/" + unit_ + "/" + container), "signed");
  const Json allowed = newest_record(daemon_->socket(), "allowed");
  EXPECT_EQ(allowed["unit"], unit_);
  EXPECT_EQ(allowed["invocation"], invocation);
  EXPECT_EQ(allowed["container"], container);
  EXPECT_EQ(allowed["executable"], fs::read_symlink("/proc/self/exe").string());
}

TEST_F(Unit, AUsersOwnUnitOfTheSameNameIsNone) {
  const std::string said =
      sign_in("user.slice/user-1000.slice/user@1000.service/app.slice/" + unit_);
  EXPECT_NE(said.find("in no system unit"), std::string::npos) << said;
}

TEST_F(Unit, AnotherSystemUnitWithACgroupOfThatNameIsNone) {
  const std::string other = "chancery-other-" + std::to_string(::getpid()) + ".service";
  const std::string said = sign_in("system.slice/" + other + "/" + unit_);
  EXPECT_NE(said.find("in unit \"" + other + "\""), std::string::npos) << said;
}

}  // namespace
}  // namespace chancery::testing
