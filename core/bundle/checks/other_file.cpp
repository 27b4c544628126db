#include "core/bundle/checks/other_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace chancery::bundle {
namespace {

// Known by members that neither a bundle nor a trusted root has, all of them.
struct OtherFile {
  std::array<std::string_view, 3> members;  // unused ones are empty
  std::string_view words;                   // what it is, and what to do
};

constexpr OtherFile bundle_itself{{"verificationMaterial"},
                                  "this is a bundle: the trusted root is another file"};
constexpr OtherFile trusted_root_itself{{"tlogs", "certificateAuthorities"},
                                        "this is a trusted root: the bundle is another file"};

constexpr std::array others{
    OtherFile{{"trustedRoot"},
              "this is a client trust config: what its \"trustedRoot\" holds is a trusted root, "
              "give that as a file of its own"},
    OtherFile{{"rekorTlogUrls"},
              "this is a signing config, which tells signers what to use: no verifier needs it"},
    OtherFile{{"attestations"},
              "these are attestations as npm's registry and GitHub list them: what the \"bundle\" "
              "of one holds is a bundle, give that as a file of its own"},
    OtherFile{{"attestation_bundles"},
              "this is provenance of PEP 740: Attestation.to_bundle() of pypi-attestations makes a "
              "bundle of each attestation in it"},
    OtherFile{{"envelope", "verification_material"},
              "this is an attestation of PEP 740: Attestation.to_bundle() of pypi-attestations "
              "makes a bundle of it"},
    OtherFile{{"payload", "payloadType", "signatures"},
              "this is a DSSE envelope alone, without what tells who signed it: give the bundle "
              "that holds it as its \"dsseEnvelope\""},
    OtherFile{{"signed", "signatures"},
              "this is metadata of TUF: the trusted root is its target trusted_root.json"},
    OtherFile{{"base64Signature"},
              "this is a bundle of cosign's own, which cosign made before version 3: sign again "
              "with --new-bundle-format"},
};

Result<void> check(const Json& json, std::string_view document, const OtherFile& its_counterpart,
                   const char* reason) {
  if (!json.is_object()) return {};
  const auto is_this = [&json](const OtherFile& other) {
    return std::ranges::all_of(other.members, [&json](std::string_view member) {
      return member.empty() || json.contains(member);
    });
  };
  const auto* const found = std::ranges::find_if(others, is_this);
  if (found != others.end()) {
    return invalid_request(reason, fmt::format("{}: {}", document, found->words));
  }
  if (!is_this(its_counterpart)) return {};
  return invalid_request(reason, fmt::format("{}: {}", document, its_counterpart.words));
}

}  // namespace

Result<void> check_not_another_than_bundle(const Json& json) {
  return check(json, "bundle", trusted_root_itself, "BUNDLE_IS_ANOTHER_FILE");
}

Result<void> check_not_another_than_trusted_root(const Json& json) {
  return check(json, "trusted root", bundle_itself, "TRUSTED_ROOT_IS_ANOTHER_FILE");
}

}  // namespace chancery::bundle
