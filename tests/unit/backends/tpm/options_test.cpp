// What the options of a TPM backend may say.
#include "backends/tpm/options.h"

#include <gmock/gmock.h>

#include "backends/tpm/tpm.h"

namespace chancery::tpm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> complaints(std::vector<std::pair<std::string, std::string>> options) {
  return check_options({"tpm", std::move(options)});
}

TEST(TpmOptions, GoodOnesAreUnderstood) {
  std::vector<std::string> problems;
  const Options options = parse_options({"tpm",
                                         {{"tcti", "swtpm:path=/run/tpm/sock"},
                                          {"directory", "/keys"},
                                          {"persistent", "a=0x81000200, b=0x81000201"},
                                          {"auth_credential", "tpm"},
                                          {"make_missing", "c=ecdsa-p256-sha256"},
                                          {"pcrs", "7, 11"},
                                          {"guard_guessing", "true"},
                                          {"bus", "untrusted"}}},
                                        problems);
  EXPECT_THAT(problems, IsEmpty());
  ASSERT_EQ(options.persistent.size(), 2U);
  EXPECT_EQ(options.persistent[1].name, "b");
  EXPECT_EQ(options.persistent[1].handle, 0x81000201U);
  EXPECT_THAT(options.pcrs, ElementsAre(7U, 11U));
  EXPECT_TRUE(options.guard_guessing);
  EXPECT_EQ(options.bus, Bus::untrusted);
}

TEST(TpmOptions, EveryWayToATpmIsTakenButTheNetwork) {
  for (const char* tcti : {"device:/dev/tpmrm0", "device:/dev/tpm0", "swtpm:path=/run/tpm/sock",
                           "tabrmd", "tabrmd:bus_type=system"}) {
    EXPECT_THAT(complaints({{"directory", "/keys"}, {"tcti", tcti}}), IsEmpty()) << tcti;
  }
  EXPECT_THAT(complaints({{"directory", "/keys"}, {"tcti", "swtpm:host=127.0.0.1,port=2321"}}),
              ElementsAre(HasSubstr("no network")));
  for (const char* tcti : {"", "device", "device:", "device:tpm0", "mssim:host=a", "cmd:/bin/sh",
                           "libtss2-tcti-cmd.so:sh", "/tmp/evil.so"}) {
    EXPECT_THAT(complaints({{"directory", "/keys"}, {"tcti", tcti}}),
                ElementsAre(HasSubstr("tcti")))
        << tcti;
  }
}

TEST(TpmOptions, EveryMistakeIsNamed) {
  EXPECT_THAT(complaints({}), ElementsAre(HasSubstr("directory or persistent")));
  EXPECT_THAT(complaints({{"directory", "keys"}}), ElementsAre(HasSubstr("absolute")));
  EXPECT_THAT(complaints({{"persistent", "a=0x81000200"}, {"make_missing", "b=ecdsa-p256-sha256"}}),
              ElementsAre(HasSubstr("directory is required")));
  EXPECT_THAT(complaints({{"directory", "/keys"},
                          {"colour", "red"},
                          {"bus", "fast"},
                          {"guard_guessing", "yes"},
                          {"auth_file", "/a"},
                          {"auth_credential", "b"},
                          {"pcrs", "7, 24, 7, x"},
                          {"make_missing", "a=ed25519"}}),
              ElementsAre(HasSubstr("colour"), HasSubstr("bus"), HasSubstr("guard_guessing"),
                          HasSubstr("\"24\""), HasSubstr("\"7\""), HasSubstr("\"x\""),
                          HasSubstr("ed25519"), HasSubstr("not both")));
  for (const char* persistent : {"a", "a=81000200", "a=0x80000000", "a=0x8100020x", "=0x81000200",
                                 "../a=0x81000200", "a=0x1ffffffff"}) {
    EXPECT_THAT(complaints({{"directory", "/keys"}, {"persistent", persistent}}),
                ElementsAre(HasSubstr("persistent")))
        << persistent;
  }
  // Two names of one handle would be two handles of the library for one key, which it cannot keep.
  EXPECT_THAT(complaints({{"persistent", "a=0x81000200, b=0x81000200, a=0x81000201"}}),
              ElementsAre(HasSubstr("b=0x81000200"), HasSubstr("a=0x81000201")));
}

}  // namespace
}  // namespace chancery::tpm
