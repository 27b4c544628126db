// A key of this backend: where it lies and how it is used.
#pragma once

#include "backends/key_backend.h"
#include "backends/tpm/key_file.h"

namespace chancery::tpm {

struct Key {
  KeyInfo info;
  std::string place;                           // for messages: its file, or its handle
  std::optional<KeyBlob> blob = std::nullopt;  // without it the key is persistent
  std::uint32_t handle = 0;                    // then
  bool guards_guessing = false;
  bool has_auth_value = false;
  std::optional<KeyPolicy> policy = std::nullopt;
  bool accepted = false;  // the TPM has taken our authorisation value since it last refused it
  // Why the TPM refused our authorisation value, now or in an earlier key host: it is not tried
  // again until there is another, for each try counts.
  std::optional<Error> refusal = std::nullopt;
};

}  // namespace chancery::tpm
