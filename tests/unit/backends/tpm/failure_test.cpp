// Response codes that TPMs and resource managers were seen to give, and what follows from each.
#include "backends/tpm/failure.h"

#include <gtest/gtest.h>

namespace chancery::tpm {
namespace {

struct Case {
  TSS2_RC code;
  const char* reason;
  bool cured_by_reopening;
};

TEST(TpmFailure, EachCodeHasItsReasonAndItsCure) {
  for (const Case& each : {
           Case{0x100, "TPM_NOT_STARTED", true},        // after a reset
           Case{0x910, "TPM_HANDLE_LOST", true},        // a transient handle after a reset
           Case{0x916, "TPM_HANDLE_LOST", true},        //
           Case{0x918, "TPM_HANDLE_LOST", true},        // a session after a reset
           Case{0x91e, "TPM_HANDLE_LOST", true},        //
           Case{0x184, "TPM_HANDLE_LOST", true},        // the same through tpm2-abrmd
           Case{0x18b, "TPM_HANDLE_LOST", true},        // a persistent handle that is gone
           Case{0xa000a, "TPM_CONNECTION_LOST", true},  // TCTI: input or output failed
           Case{0xa0008, "TPM_CONNECTION_LOST", true},  // TCTI: tpm2-abrmd is gone
           Case{0x70018, "TPM_CONNECTION_LOST", true},  // ESYS: a handle it has dropped
           Case{0x902, "TPM_OUT_OF_MEMORY", false},     // object slots
           Case{0x903, "TPM_OUT_OF_MEMORY", false},     // session slots
           Case{0xb0903, "TPM_OUT_OF_MEMORY", false},   // tpm2-abrmd's own limit
           Case{0x128, "TPM_PCRS_MOVED", false},        //
           Case{0x99d, "TPM_PCRS_DIFFER", false},       //
           Case{0x98e, "TPM_AUTH_WRONG", false},        // counted
           Case{0x9a2, "TPM_AUTH_WRONG", false},        // not counted
           Case{0x921, "TPM_LOCKED_OUT", false},        //
           Case{0x1d5, "TPM_FAILED", false},            // a parameter's size
           Case{0x101, "TPM_FAILED", false},            // failure mode
           Case{0x3e0, "TPM_FAILED", false},            // restricted key, outside digest
       }) {
    const Error error = error_of(each.code, "sign with \"release\"");
    EXPECT_EQ(error.reason, each.reason) << std::hex << each.code;
    EXPECT_EQ(is_cured_by_reopening(error), each.cured_by_reopening) << std::hex << each.code;
    EXPECT_NE(error.message.find("sign with \"release\""), std::string::npos);
  }
}

TEST(TpmFailure, SuccessIsNone) { EXPECT_TRUE(check(TSS2_RC_SUCCESS, "sign").ok()); }

TEST(TpmFailure, OnlyWhatWasLoadedIsDamaged) {
  EXPECT_TRUE(is_about_parameter(0x1df));   // integrity
  EXPECT_TRUE(is_about_parameter(0x2c4));   // RSA-4096 where there is none
  EXPECT_FALSE(is_about_parameter(0x18b));  // a handle
  EXPECT_FALSE(is_about_parameter(0x9a2));  // a session
  EXPECT_FALSE(is_about_parameter(0x902));
  EXPECT_FALSE(is_about_parameter(0xa01df));  // not the TPM's word
}

}  // namespace
}  // namespace chancery::tpm
