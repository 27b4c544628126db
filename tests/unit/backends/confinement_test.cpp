// What a key host can still do once it is shut, tried from within.
#include <gmock/gmock.h>

#include <cerrno>

#include "backends/host/key_host.h"
#include "tests/support/temporary_directory.h"

namespace chancery {
namespace {

using namespace std::chrono_literals;

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
    const Deadline soon = Deadline::after(20s);
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
        Attempt{"write its own file", EPERM, 0}, Attempt{"write elsewhere", EPERM, EACCES},
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

}  // namespace
}  // namespace chancery
