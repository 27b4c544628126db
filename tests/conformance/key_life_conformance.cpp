// The part of the suite about keys that are made, given up and attested: KeyMaker, KeyRemover,
// KeyAttestor. A backend that is none of them is seen to say so.
#include <algorithm>

#include "core/base/limits/key_hosts.h"
#include "tests/conformance/key_backend_conformance.h"

namespace chancery::conformance {

using namespace std::chrono_literals;

namespace {

Deadline soon() { return Deadline::after(30s); }

// A key host's side of a backend has every interface, and refuses what the backend has not.
template <typename Ability, typename Call>
void expect_refusal(KeyBackend& backend, std::string_view reason, Call call) {
  auto* able = dynamic_cast<Ability*>(&backend);
  if (able == nullptr) return;
  const auto refused = call(*able);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
  EXPECT_EQ(refused.error().reason, reason);
}

// Makes "made" and drops the instance, as the key host does.
Result<KeyInfo> make(Instances backend, Algorithm algorithm) {
  auto* maker = dynamic_cast<KeyMaker*>(backend.at(0).get());
  if (maker == nullptr) return internal("NO_MAKER", "its fixture says that it makes keys");
  return maker->make_key("made", algorithm, soon());
}

Result<void> remove(Instances backend, std::string_view name) {
  auto* remover = dynamic_cast<KeyRemover*>(backend.at(0).get());
  if (remover == nullptr) return internal("NO_REMOVER", "its fixture says that it removes keys");
  return remover->remove_key(name, soon());
}

// Where any key will do: RSA takes seconds to make.
constexpr Algorithm quick = Algorithm::ecdsa_p256_sha256;

const KeyInfo* find(const std::vector<KeyInfo>& keys, std::string_view name) {
  const auto found = std::ranges::find(keys, name, &KeyInfo::name);
  return found == keys.end() ? nullptr : &*found;
}

}  // namespace

TEST_P(KeyBackendConformance, MadeKeySignsAndIsListedAfterReopening) {
  if (!GetParam().abilities.makes_keys) {
    return expect_refusal<KeyMaker>(*open().at(0), "CANNOT_MAKE_KEYS", [this](KeyMaker& maker) {
      return maker.make_key("made", algorithm(), soon());
    });
  }
  const auto made = make(open(), algorithm());
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_EQ(made->name, "made");
  EXPECT_EQ(made->algorithm, algorithm());
  const auto again = make(open(), algorithm());
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, ErrorCode::invalid_request);
  EXPECT_EQ(again.error().reason, "KEY_EXISTS");
  const Instances backend = open();
  const auto keys = backend.at(0)->list_keys(soon());
  ASSERT_TRUE(keys.ok()) << keys.error().message;
  ASSERT_EQ(keys->size(), 2U);
  const KeyInfo* listed = find(*keys, "made");
  ASSERT_NE(listed, nullptr);
  EXPECT_EQ(listed->spki, made->spki);
  const auto signature = backend[0]->sign("made", input(), soon());
  ASSERT_TRUE(signature.ok()) << signature.error().message;
  EXPECT_TRUE(verify(*listed, input(), *signature).ok());
}

TEST_P(KeyBackendConformance, RemovedKeyIsGoneItsNameFreeAndTheOthersSign) {
  if (!GetParam().abilities.removes_keys) {
    return expect_refusal<KeyRemover>(*open().at(0), "CANNOT_REMOVE_KEYS", [](KeyRemover& remover) {
      return remover.remove_key("key", soon());
    });
  }
  const auto made = make(open(), quick);
  ASSERT_TRUE(made.ok()) << made.error().message;
  const auto removed = remove(open(), "made");
  ASSERT_TRUE(removed.ok()) << removed.error().message;
  const Instances backend = open();
  const auto keys = backend.at(0)->list_keys(soon());
  ASSERT_TRUE(keys.ok()) << keys.error().message;
  EXPECT_EQ(find(*keys, "made"), nullptr);
  EXPECT_EQ(backend[0]->sign("made", input(), soon()).error().reason, "KEY_NOT_FOUND");
  EXPECT_TRUE(backend[0]->sign("key", input(), soon()).ok());
  const auto next = make(open(), quick);
  ASSERT_TRUE(next.ok()) << next.error().message;
  EXPECT_NE(next->spki, made->spki);
}

TEST_P(KeyBackendConformance, RemovingAnUnknownKeyIsNotFoundAndRemovesNothing) {
  if (!GetParam().abilities.removes_keys) return;  // the test before saw its refusal
  const auto removed = remove(open(), "nobody");
  ASSERT_FALSE(removed.ok());
  EXPECT_EQ(removed.error().code, ErrorCode::not_found);
  EXPECT_EQ(removed.error().reason, "KEY_NOT_FOUND");
  const Instances backend = open();
  EXPECT_TRUE(backend.at(0)->sign("key", input(), soon()).ok());
}

// What a format proves is for its verifier's own tests.
TEST_P(KeyBackendConformance, AttestationIsNewForEachChallenge) {
  const Bytes challenge(limits::challenge_bytes, 7);
  const Instances backend = open();
  if (!GetParam().abilities.attests_keys) {
    return expect_refusal<KeyAttestor>(*backend.at(0), "CANNOT_ATTEST_KEYS",
                                       [&challenge](KeyAttestor& attestor) {
                                         return attestor.attest_key("key", challenge, soon());
                                       });
  }
  auto* attestor = dynamic_cast<KeyAttestor*>(backend.at(0).get());
  ASSERT_NE(attestor, nullptr);
  const auto one = attestor->attest_key("key", challenge, soon());
  ASSERT_TRUE(one.ok()) << one.error().message;
  EXPECT_FALSE(one->format.empty());
  ASSERT_FALSE(one->parts.empty());
  const auto other = attestor->attest_key("key", Bytes(limits::challenge_bytes, 8), soon());
  ASSERT_TRUE(other.ok()) << other.error().message;
  EXPECT_EQ(other->format, one->format);
  EXPECT_NE(other->parts.front().content, one->parts.front().content);
  EXPECT_EQ(attestor->attest_key("nobody", challenge, soon()).error().reason, "KEY_NOT_FOUND");
  EXPECT_EQ(attestor->activate_credential("nobody", challenge, soon()).error().reason,
            "KEY_NOT_FOUND");
}

}  // namespace chancery::conformance
