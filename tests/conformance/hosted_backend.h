// A KeyHost seen as a KeyBackend: the process between must not change the contract.
#pragma once

#include "backends/host/key_host.h"
#include "tests/conformance/device.h"

namespace chancery::conformance {

// Several of them may share one host, as many callers do.
class HostedBackend final : public KeyBackend,
                            public KeyMaker,
                            public KeyRemover,
                            public KeyAttestor {
 public:
  explicit HostedBackend(std::shared_ptr<KeyHost> host) : host_(std::move(host)) {}

  Result<std::vector<KeyInfo>> list_keys(Deadline) override { return host_->keys(); }
  std::vector<UnusableKey> unusable_keys() const override { return host_->unusable_keys(); }
  Result<Bytes> sign(std::string_view key_name, ByteView input, Deadline deadline) override {
    return host_->sign(std::string(key_name), to_bytes(input), deadline);
  }
  Result<KeyInfo> make_key(std::string_view name, Algorithm algorithm, Deadline deadline) override {
    return host_->make_key(std::string(name), algorithm, deadline);
  }
  Result<void> remove_key(std::string_view name, Deadline deadline) override {
    return host_->remove_key(std::string(name), deadline);
  }
  Result<KeyAttestation> attest_key(std::string_view name, ByteView challenge,
                                    Deadline deadline) override {
    return host_->attest_key(std::string(name), to_bytes(challenge), deadline);
  }
  Result<Bytes> activate_credential(std::string_view name, ByteView credential,
                                    Deadline deadline) override {
    return host_->activate_credential(std::string(name), to_bytes(credential), deadline);
  }

 private:
  std::shared_ptr<KeyHost> host_;
};

inline Instances hosted(const std::shared_ptr<KeyHost>& host, std::size_t count) {
  Instances out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(std::make_unique<HostedBackend>(host));
  return out;
}

}  // namespace chancery::conformance
