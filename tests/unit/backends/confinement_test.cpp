// What a key host can still do once it is shut, tried from within.
#include <gmock/gmock.h>

#include <cerrno>
#include <filesystem>
#include <sstream>

#include "backends/host/key_host.h"
#include "tests/support/temporary_directory.h"

namespace chancery {
namespace {

using namespace std::chrono_literals;

// A sanitiser needs more memory than there is.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool has_memory_limit = false;
#else
constexpr bool has_memory_limit = true;
#endif

// How an attempt ends: 0 is success, else an error number (or a count).
struct Attempt {
  std::string name;
  int in_memory;
  int with_device;
};
void PrintTo(const Attempt& attempt, std::ostream* out) { *out << attempt.name; }

class Confinement : public ::testing::TestWithParam<Attempt> {
 protected:
  int attempt(const std::string& backend_type) {
    testing::write_text(directory_ / "own", "own");
    const Deadline soon = Deadline::after(60s);
    auto host =
        KeyHost::start({.program = CHANCERY_TRESPASSER,
                        .backend_type = backend_type,
                        .config = {"trespasser", {{"directory", directory_.path().string()}}}},
                       soon);
    const auto outcome = (*host)->sign(GetParam().name, Bytes(32, 1), soon);
    EXPECT_EQ(outcome.error().reason, "ATTEMPTED") << outcome.error().message;
    EXPECT_TRUE((*host)->state().files_confined) << "this kernel has no Landlock";
    return std::stoi(outcome.error().message);
  }
  testing::TemporaryDirectory directory_;
};

TEST_P(Confinement, HoldsInMemory) { EXPECT_EQ(attempt("in memory"), GetParam().in_memory); }
TEST_P(Confinement, HoldsWithADevice) {
  EXPECT_EQ(attempt("with a device"), GetParam().with_device);
}

INSTANTIATE_TEST_SUITE_P(
    Attempts, Confinement,
    ::testing::Values(
        Attempt{"open a file", EPERM, EACCES}, Attempt{"open its own file", EPERM, 0},
        Attempt{"write its own file", EPERM, 0}, Attempt{"write a huge file", EPERM, EFBIG},
        Attempt{"map gigabytes", has_memory_limit ? ENOMEM : 0, has_memory_limit ? ENOMEM : 0},
        Attempt{"write elsewhere", EPERM, EACCES},
        Attempt{"read its parent's memory", EPERM, EACCES},
        Attempt{"make an IPv4 socket", EPERM, EPERM}, Attempt{"make an IPv6 socket", EPERM, EPERM},
        Attempt{"make a netlink socket", EPERM, EPERM}, Attempt{"make a local socket", EPERM, 0},
        Attempt{"execute", EPERM, EPERM}, Attempt{"fork", EPERM, 0}, Attempt{"trace", EPERM, EPERM},
        Attempt{"signal its parent", EPERM, EPERM}, Attempt{"map executable memory", EPERM, 0},
        Attempt{"make an io_uring", EPERM, EPERM}, Attempt{"unshare", EPERM, EPERM}));

class LeftOver : public Confinement {};

TEST_P(LeftOver, IsAsLittleAsItSays) {
  EXPECT_EQ(attempt("with a device"), GetParam().with_device);
}

// Descriptors: the standard ones and the socket.
INSTANTIATE_TEST_SUITE_P(Things, LeftOver,
                         ::testing::Values(Attempt{"may gain privileges", 0, 0},
                                           Attempt{"may be dumped", 0, 0},
                                           Attempt{"core file's bytes", 0, 0},
                                           Attempt{"variables", 0, 0}, Attempt{"descriptors", 0, 4},
                                           Attempt{"leads its session", 0, 1}));

// Soft and hard, as the kernel says them.
std::string limits_of(pid_t process, const std::string& name) {
  std::istringstream lines(
      testing::read_text(std::filesystem::path("/proc") / std::to_string(process) / "limits"));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name + "  ")) continue;
    std::istringstream words(line.substr(name.size()));
    std::string soft, hard;
    words >> soft >> hard;
    return soft + " " + hard;
  }
  return "not there";
}

std::string twice(std::uint64_t value) {
  return std::to_string(value) + " " + std::to_string(value);
}

TEST(KeyHostLimits, AreInForce) {
  const testing::TemporaryDirectory directory;
  const auto host = KeyHost::start({.program = CHANCERY_KEYHOST,
                                    .backend_type = "software",
                                    .config = {"keys", {{"directory", directory.path().string()}}}},
                                   Deadline::after(60s));
  ASSERT_TRUE(host.ok());
  const pid_t process = (*host)->state().process.value();
  EXPECT_EQ(limits_of(process, "Max core file size"), twice(0));
  EXPECT_EQ(limits_of(process, "Max open files"), twice(limits::key_host_descriptors_max));
  EXPECT_EQ(limits_of(process, "Max file size"), twice(limits::key_host_file_bytes_max));
  EXPECT_EQ(limits_of(process, "Max processes"), twice(0));
  EXPECT_EQ(limits_of(process, "Max data size"),
            has_memory_limit ? twice(limits::key_host_data_bytes_max) : "unlimited unlimited");
}

}  // namespace
}  // namespace chancery
