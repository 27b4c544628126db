// Every byte of good bundles and roots, flipped: refused, or in a field that provably says nothing.
#include <gtest/gtest.h>
#include <openssl/asn1.h>
#include <re2/re2.h>

#include "core/base/encoding.h"
#include "core/base/json.h"
#include "core/base/rfc3339.h"
#include "tests/support/sigstore/catalogue/catalogue.h"

namespace chancery::bundle {
namespace {

using testing::Material;
using testing::Scene;

struct Indifferent {
  const char* path;  // JSON pointers that it matches, whole
  const char* why;
};

const Indifferent in_bundles[] = {
    {"/verificationMaterial/publicKey/hint", "a hint: the key is the caller's"},
    {"/verificationMaterial/x509CertificateChain/certificates/1/rawBytes",
     "an intermediate is only tried: the root has the right one"},
};

// Of an entry of a Rekor v1 that has no promise.
const Indifferent without_promise[] = {
    {"/verificationMaterial/tlogEntries/0/(logIndex|integratedTime)",
     "the promise alone vouches for them, and without it they are not reported"},
    {"/verificationMaterial/publicKey/hint", "a hint: the key is the caller's"},
};

const Indifferent in_roots[] = {
    {"/(tlogs|ctlogs)/0/publicKey/validFor/(start|end)", "a period that has the time in it too"},
    {"/(certificate|timestamp)Authorities/0/validFor/(start|end)",
     "a period that has the time in it too"},
    {"/(tlogs|ctlogs)/0/baseUrl",
     "where a log is reached: a v1 log is known by its key, a v2 log by key and host, which its "
     "checkpoint's origin is compared with"},
    {"/(certificate|timestamp)Authorities/0/(uri|subject/.*)", "how an authority is called"},
    {"/(certificate|timestamp)Authorities/0/certChain/certificates/1/rawBytes",
     "an anchor is believed for being listed: its serial number, its own signature and the key "
     "identifier are never compared"},
};

std::string flipped(const std::string& text, std::size_t position) {
  std::string mutant = text;
  mutant[position] = static_cast<char>(mutant[position] ^ 1);
  return mutant;
}

// What the two texts differ in.
std::string changed_path(const std::string& good, const std::string& mutant) {
  const Json patch = Json::diff(Json::parse(good), Json::parse(mutant));
  return patch.empty() ? "" : patch[0]["path"].get<std::string>();
}

std::string text_at(const std::string& json, const std::string& path) {
  return Json::parse(json).at(Json::json_pointer(path)).get<std::string>();
}

template <std::size_t count>
bool is_indifferent(const std::string& path, const Indifferent (&table)[count]) {
  for (const Indifferent& each : table) {
    if (re2::RE2::FullMatch(path, each.path)) return true;
  }
  return false;
}

const char timestamp_path[] =
    "/verificationMaterial/timestampVerificationData/rfc3161Timestamps/0/signedTimestamp";

// The element of DER at `path`: its place in the outermost value, then in that, and so on.
ByteView element(ByteView der, std::initializer_list<int> path) {
  for (const int place : path) {
    for (int i = -1; i <= place; ++i) {  // the first step is into the value
      const std::uint8_t* content = der.data();
      long length = 0;
      int tag = 0, tag_class = 0;
      ASN1_get_object(&content, &length, &tag, &tag_class, static_cast<long>(der.size()));
      const auto header = static_cast<std::size_t>(content - der.data());
      der = i < 0       ? der.subspan(header, static_cast<std::size_t>(length))
            : i < place ? der.subspan(header + static_cast<std::size_t>(length))
                        : der.first(header + static_cast<std::size_t>(length));
    }
  }
  return der;
}

// What nobody signs in a TimeStampResp, and says nothing. RFC 3161 2.4.2: granted and granted with
// changes are both granted. RFC 5652 5.1: the token's version and its list of digest algorithms are
// for readers in one pass.
bool is_indifferent_in_timestamp(const std::string& good, const std::string& mutant) {
  const Bytes der = *base64_decode(good), other = *base64_decode(mutant);
  const ByteView places[] = {element(der, {0, 0}), element(der, {1, 1, 0, 0}),
                             element(der, {1, 1, 0, 1})};
  for (std::size_t i = 0; i < der.size(); ++i) {
    const std::uint8_t* byte = &der[i];
    const auto holds = [byte](ByteView place) {
      return byte >= place.data() && byte < place.data() + place.size();
    };
    if (*byte != other.at(i) && std::ranges::none_of(places, holds)) return false;
  }
  return true;
}

// An accepted mutant must say what the good one says: the same signer, times and places.
std::string words(const Verdict& verdict) {
  if (!verdict.verified()) return verdict.refusal->message;
  std::string out = verdict.signer ? verdict.signer->subject.value + verdict.signer->issuer : "";
  for (const VerifiedTime& time : verdict.times) out += " " + format_rfc3339(time.time);
  for (const LogPlace& place : verdict.logs)
    out += place.index ? " " + std::to_string(*place.index) : " somewhere";
  return out;
}

Policy policy_of(const Material& material) {
  Policy policy;
  if (material.key_pem.empty()) {
    policy.identity = TextRule::exactly(material.identity);
    policy.issuer = TextRule::exactly(material.issuer);
  } else {
    policy.key = *PublicKey::from_pem(material.key_pem);
  }
  return policy;
}

// The services that this bundle does not need are left out of the root: what is not used does not
// matter.
Material only_needed(Scene scene) {
  const bool is_v1 = scene.in == testing::RecordedIn::v1;
  std::erase_if(scene.root.transparency_logs,
                [&scene](const TrustedLog& log) { return log.log_id != scene.entry().log_id; });
  if (is_v1) scene.root.timestamp_authorities.clear();
  return scene.material();
}

template <std::size_t count = std::size(in_bundles)>
void flip_bundle(const Material& good, const Indifferent (&table)[count] = in_bundles) {
  const TrustedRoot root = *parse_trusted_root(good.trusted_root);
  const Policy policy = policy_of(good);
  const Artifact artifact(digest(HashAlgorithm::sha256, as_bytes(good.artefact)));
  Verifier verifier(root);
  const Verdict verdict = verifier.verify(*parse_bundle(good.bundle), artifact, policy);
  ASSERT_TRUE(verdict.verified()) << verdict.refusal->message;
  for (std::size_t i = 0; i < good.bundle.size(); ++i) {
    const std::string mutant = flipped(good.bundle, i);
    const Result<Bundle> parsed = parse_bundle(mutant);
    if (!parsed.ok()) continue;
    const Verdict changed = verifier.verify(*parsed, artifact, policy);
    if (!changed.verified()) continue;
    EXPECT_EQ(words(changed), words(verdict));
    const std::string path = changed_path(good.bundle, mutant);
    const bool is_known =
        path == timestamp_path
            ? is_indifferent_in_timestamp(text_at(good.bundle, path), text_at(mutant, path))
            : is_indifferent(path, table);
    EXPECT_TRUE(is_known) << "byte " << i << " in " << path;
  }
}

void flip_root(const Material& good) {
  const Bundle bundle = *parse_bundle(good.bundle);
  const Policy policy = policy_of(good);
  const Artifact artifact(digest(HashAlgorithm::sha256, as_bytes(good.artefact)));
  const Verdict verdict = verify(bundle, artifact, *parse_trusted_root(good.trusted_root), policy);
  ASSERT_TRUE(verdict.verified()) << verdict.refusal->message;
  for (std::size_t i = 0; i < good.trusted_root.size(); ++i) {
    const std::string mutant = flipped(good.trusted_root, i);
    const Result<TrustedRoot> root = parse_trusted_root(mutant);
    if (!root.ok()) continue;
    const Verdict changed = verify(bundle, artifact, *root, policy);
    if (!changed.verified()) continue;
    EXPECT_EQ(words(changed), words(verdict));
    const std::string path = changed_path(good.trusted_root, mutant);
    EXPECT_TRUE(is_indifferent(path, in_roots)) << "byte " << i << " in " << path;
  }
}

TEST(Mutation, EachByteOfABundleOverLogV2Matters) { flip_bundle(only_needed(testing::blob_v2())); }
TEST(Mutation, EachByteOfAnEnvelopeMatters) {
  Scene scene = testing::key_v1();
  scene.statement = scene.good_statement();
  flip_bundle(only_needed(scene.sign()));
}
TEST(Mutation, EachByteOfAnOldBundleOverLogV1Matters) {
  flip_bundle(only_needed(testing::blob_v1_in_bundle_01()));
}
TEST(Mutation, EachByteOfAnEntryWithoutPromiseMatters) {
  Scene scene = testing::key_v1();
  scene.entry().signed_entry_timestamp.clear();
  flip_bundle(only_needed(std::move(scene)), without_promise);
}
TEST(Mutation, EachByteOfABundleWithKeyMatters) { flip_bundle(only_needed(testing::key_v2())); }
TEST(Mutation, EachByteOfARootMatters) { flip_root(only_needed(testing::blob_v2())); }
TEST(Mutation, EachByteOfARootForLogV1Matters) { flip_root(only_needed(testing::blob_v1())); }

}  // namespace
}  // namespace chancery::bundle
