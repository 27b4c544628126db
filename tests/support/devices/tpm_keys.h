// A software TPM, a folder of key files for it, and the backend opened on both, in process.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "backends/tpm/tpm.h"
#include "core/crypto/public_key.h"
#include "tests/support/devices/swtpm.h"

namespace chancery::testing {

class TpmKeys : public ::testing::Test {
 protected:
  using Options = std::vector<std::pair<std::string, std::string>>;

  TpmKeys() { std::filesystem::create_directory(keys_); }

  static Deadline soon() { return Deadline::after(std::chrono::seconds(60)); }
  static Bytes digest(std::uint8_t seed = 1) { return Bytes(32, seed); }

  BackendConfig config(Options more) const {
    more.emplace_back("tcti", swtpm_.tcti());
    more.emplace_back("directory", keys_.string());
    return {"tpm", std::move(more)};
  }
  Result<std::unique_ptr<KeyBackend>> try_open(Options more) const {
    auto opened = TRY(tpm::open(config(std::move(more)), 1, soon()));
    return std::move(opened.front());
  }
  // Asserts that it opens.
  std::unique_ptr<KeyBackend> open(Options more) const {
    auto opened = try_open(std::move(more));
    EXPECT_TRUE(opened.ok()) << opened.error().reason << ": " << opened.error().message;
    return opened.ok() ? std::move(*opened) : nullptr;
  }
  // With one key, "key", ECDSA P-256.
  std::unique_ptr<KeyBackend> open_one(Options more = {}) const {
    more.emplace_back("make_missing", "key=ecdsa-p256-sha256");
    return open(std::move(more));
  }
  // Signs and verifies; "" or the reason why not.
  static std::string sign(KeyBackend& backend, std::string_view name = "key") {
    const auto signature = backend.sign(name, digest(), soon());
    if (!signature.ok()) return signature.error().reason;
    const std::vector<KeyInfo> keys = backend.list_keys(soon()).value();
    for (const KeyInfo& key : keys) {
      if (key.name != name) continue;
      const auto verified =
          PublicKey::from_spki(key.spki)->verify_digest(key.algorithm, digest(), *signature);
      return verified.ok() ? "" : verified.error().reason;
    }
    return "not listed";
  }
  // The option auth_file, with this value in it.
  std::pair<std::string, std::string> auth_file(std::string_view value) const {
    const std::filesystem::path path = swtpm_.directory() / fmt::format("auth-{}", value);
    write_text(path, value);
    std::filesystem::permissions(path, std::filesystem::perms(0600));
    return {"auth_file", path.string()};
  }

  Swtpm swtpm_;
  std::filesystem::path keys_ = swtpm_.directory() / "keys";
};

}  // namespace chancery::testing
