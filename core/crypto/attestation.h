// What a device says about one of its keys: that it was born there and cannot leave it.
#pragma once

#include <string>
#include <vector>

#include "core/base/bytes.h"

namespace chancery {

// Opaque but for its names: `format` says which parts there are and which verifier reads them.
// Nothing in it is to be believed before that verifier has.
struct KeyAttestation {
  struct Part {
    std::string name;  // "statement", "signature"
    Bytes content;
  };
  std::string format;  // "tpm2-certify"
  std::vector<Part> parts;
  std::vector<Bytes> certificates;  // DER: the device's own first, then its issuers

  // The content, or nothing.
  const Bytes* find(std::string_view part) const {
    for (const auto& [name, content] : parts) {
      if (name == part) return &content;
    }
    return nullptr;
  }
};

}  // namespace chancery
