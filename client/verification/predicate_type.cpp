#include "client/verification/predicate_type.h"

#include <fmt/format.h>

#include <array>

namespace chancery::client {

namespace {

struct PredicateType {
  std::string_view name;
  std::string_view uri;
};

constexpr std::array predicate_types{
    PredicateType{"slsaprovenance", "https://slsa.dev/provenance/v0.2"},
    PredicateType{"slsaprovenance02", "https://slsa.dev/provenance/v0.2"},
    PredicateType{"slsaprovenance1", "https://slsa.dev/provenance/v1"},
    PredicateType{"link", "https://in-toto.io/Link/v1"},
    PredicateType{"spdx", "https://spdx.dev/Document"},
    PredicateType{"spdxjson", "https://spdx.dev/Document"},
    PredicateType{"cyclonedx", "https://cyclonedx.org/bom"},
    PredicateType{"vuln", "https://cosign.sigstore.dev/attestation/vuln/v1"},
    PredicateType{"openvex", "https://openvex.dev/ns"},
    PredicateType{"custom", "https://cosign.sigstore.dev/attestation/v1"},
};

}  // namespace

Result<std::string> predicate_uri(const std::string& type) {
  for (const PredicateType& known : predicate_types)
    if (known.name == type) return std::string(known.uri);
  if (type.find(':') != std::string::npos) return type;
  return invalid_request("PREDICATE_TYPE_UNKNOWN",
                         fmt::format("'{}' is neither a URI nor a name that cosign has for a "
                                     "predicate type, as slsaprovenance1, spdxjson or cyclonedx",
                                     type));
}

}  // namespace chancery::client
