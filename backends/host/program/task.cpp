#include "backends/host/program/task.h"

#include <fmt/format.h>

#include "core/base/limits/key_hosts.h"

namespace chancery::host {
namespace {

Result<void> perform(KeyBackend& backend, std::string_view type, const KeyToMake& task,
                     Deadline deadline, Opened&) {
  auto* maker = dynamic_cast<KeyMaker*>(&backend);
  if (maker == nullptr) {
    return unsupported("CANNOT_MAKE_KEYS",
                       fmt::format("a backend of type {} cannot make keys", type));
  }
  TRY(maker->make_key(task.name, task.algorithm, deadline));
  return {};
}

Result<void> perform(KeyBackend& backend, std::string_view type, const KeyToRemove& task,
                     Deadline deadline, Opened&) {
  auto* remover = dynamic_cast<KeyRemover*>(&backend);
  if (remover == nullptr) {
    return unsupported("CANNOT_REMOVE_KEYS",
                       fmt::format("a backend of type {} cannot delete keys", type));
  }
  return remover->remove_key(task.name, deadline);
}

std::size_t size_of(const KeyAttestation& attestation) {
  std::size_t size = attestation.format.size();
  for (const auto& [name, content] : attestation.parts) size += name.size() + content.size();
  for (const Bytes& certificate : attestation.certificates) size += certificate.size();
  return size;
}

Result<KeyAttestor*> attestor_of(KeyBackend& backend, std::string_view type) {
  if (auto* attestor = dynamic_cast<KeyAttestor*>(&backend)) return attestor;
  return unsupported("CANNOT_ATTEST_KEYS",
                     fmt::format("a backend of type {} cannot prove where a key was born", type));
}

Result<void> perform(KeyBackend& backend, std::string_view type, const KeyToAttest& task,
                     Deadline deadline, Opened& report) {
  KeyAttestor* attestor = TRY(attestor_of(backend, type));
  KeyAttestation attestation = TRY(attestor->attest_key(task.name, task.challenge, deadline));
  if (size_of(attestation) > limits::attestation_bytes_max ||
      attestation.parts.size() > limits::attestation_parts_max ||
      attestation.certificates.size() > limits::attestation_parts_max) {
    return unsupported(
        "ATTESTATION_TOO_LARGE",
        fmt::format("the device's attestation has {} bytes, at most {} are passed on",
                    size_of(attestation), limits::attestation_bytes_max));
  }
  report.attestation = std::move(attestation);
  return {};
}

Result<void> perform(KeyBackend& backend, std::string_view type, const CredentialToActivate& task,
                     Deadline deadline, Opened& report) {
  KeyAttestor* attestor = TRY(attestor_of(backend, type));
  report.hidden = TRY(attestor->activate_credential(task.name, task.credential, deadline));
  return {};
}

}  // namespace

void perform(const BackendType& type, const Open& open, Opened& report) {
  const auto outcome = [&]() -> Result<void> {
    const auto instances = TRY(type.open(open.config, 1, open.deadline));
    return std::visit(
        [&](const auto& task) {
          return perform(*instances.front(), type.name, task, open.deadline, report);
        },
        *open.task);
  }();
  if (!outcome.ok()) report.task_trouble = outcome.error();
}

}  // namespace chancery::host
