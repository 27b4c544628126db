// The catalogue: good material, one fault, and what a verifier must say of it. Our tests go through
// it, and write_catalogue writes it down for other verifiers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/support/sigstore/scene.h"

namespace chancery::testing {

struct CatalogueCase {
  std::string name;    // unique: "v2_proof_altered"
  std::string reason;  // of the refusal; empty: accepted
  std::function<Scene()> good;
  std::function<void(Scene&)> fault = [](Scene&) {};
  // On the text, after the other.
  std::function<void(Material&)> text_fault = [](Material&) {};
  // Where only the artefact's SHA-256 is known and that makes a difference.
  std::optional<std::string> reason_by_digest = std::nullopt;

  Material material() const;
  std::string expected(Given given) const;
};
using Cases = std::vector<CatalogueCase>;

const Cases& catalogue();

// The good ones to start from, signed.
Scene blob_v2();               // certificate, Rekor v2, timestamp
Scene blob_v1();               // certificate, Rekor v1, bundle v0.3
Scene blob_v1_in_bundle_01();  // with a chain, as it was then
Scene statement_v2();
Scene statement_v1();
Scene key_v2();
Scene key_v1();

// Its parts, one a theme; each file says which.
Cases accepted_cases();
Cases reading_cases();
Cases exchanged_cases();
Cases log_v1_cases();
Cases log_v2_cases();
Cases envelope_cases();
Cases time_cases();
Cases chain_cases();
Cases root_cases();
Cases certificate_cases();
Cases key_cases();

}  // namespace chancery::testing
