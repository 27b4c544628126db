// What of a token's keys is ours, on a real SoftHSM.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "backends/pkcs11/connection.h"
#include "backends/pkcs11/key_pair.h"
#include "backends/pkcs11/pkcs11.h"
#include "core/crypto/public_key.h"
#include "tests/support/devices/soft_hsm.h"

namespace chancery::pkcs11 {
namespace {

using Instances = std::vector<std::unique_ptr<KeyBackend>>;

Deadline soon() { return Deadline::after(std::chrono::seconds(30)); }

void generate(const View& view, CK_MECHANISM_TYPE with, Template& public_half,
              Template& private_half) {
  auto public_attributes = public_half.attributes();
  auto private_attributes = private_half.attributes();
  CK_MECHANISM mechanism{with, nullptr, 0};
  CK_OBJECT_HANDLE handles[2];
  ASSERT_EQ(view.module->C_GenerateKeyPair(view.session, &mechanism, public_attributes.data(),
                                           public_attributes.size(), private_attributes.data(),
                                           private_attributes.size(), &handles[0], &handles[1]),
            CKR_OK);
}

class TokenKeys : public ::testing::Test {
 protected:
  BackendConfig config(std::vector<std::pair<std::string, std::string>> more = {}) const {
    BackendConfig config = hsm_.config();
    for (auto& option : more) config.options.push_back(std::move(option));
    return config;
  }
  Instances open(std::vector<std::pair<std::string, std::string>> more = {}) const {
    auto opened = pkcs11::open(config(std::move(more)), 2, soon());
    EXPECT_TRUE(opened.ok()) << opened.error().message;
    return opened.ok() ? std::move(*opened) : Instances();
  }
  // Of the opening, or else of the one key that cannot be used.
  std::string refusal(std::vector<std::pair<std::string, std::string>> more = {}) const {
    const auto opened = pkcs11::open(config(std::move(more)), 1, soon());
    if (!opened.ok()) return opened.error().reason;
    const std::vector<UnusableKey> unusable = opened->at(0)->unusable_keys();
    return unusable.size() == 1 ? unusable.front().why.reason : "";
  }
  void make(std::string_view name, Algorithm algorithm = Algorithm::ecdsa_p256_sha256) const {
    const Instances backend = open();
    const auto made = dynamic_cast<KeyMaker&>(*backend.at(0)).make_key(name, algorithm, soon());
    EXPECT_TRUE(made.ok()) << made.error().message;
  }
  std::vector<std::string> names(const Instances& backend) const {
    std::vector<std::string> out;
    const std::vector<KeyInfo> keys = backend.at(0)->list_keys(soon()).value();
    for (const KeyInfo& key : keys) out.push_back(key.name);
    return out;
  }
  // As some other program does: with what our own KeyMaker never asks for.
  void with_token(const std::function<void(const View&)>& act) const {
    setenv("SOFTHSM2_CONF", hsm_.configuration().c_str(), 1);
    std::vector<std::string> problems;
    const Options options = parse_options(config(), problems);
    Module module = Module::load(options.module).value();
    ASSERT_EQ(module.initialize(), CKR_OK);
    Login login(read_pin(options).value(),
                RejectedSecret::open(options.directory / rejected_pin_file).value());
    const Connection connection = connect(module, options, login, 1).value();
    {
      const WritingSession session = WritingSession::open(module, connection.token.slot).value();
      act(session.view());
    }
    module.finalize();
  }

  // "careful", which wants the PIN for each signature.
  void make_careful() const {
    with_token([](const View& view) {
      Template public_half;
      Template private_half;
      public_half.add_flag(CKA_TOKEN, true)
          .add(CKA_LABEL, as_bytes("careful"))
          .add(CKA_ID, as_bytes("1"))
          .add(CKA_EC_PARAMS, Bytes{0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07});
      private_half.add_flag(CKA_TOKEN, true)
          .add_flag(CKA_PRIVATE, true)
          .add_flag(CKA_SIGN, true)
          .add_flag(CKA_ALWAYS_AUTHENTICATE, true)
          .add(CKA_LABEL, as_bytes("careful"))
          .add(CKA_ID, as_bytes("1"));
      generate(view, CKM_EC_KEY_PAIR_GEN, public_half, private_half);
    });
  }
  std::filesystem::path beside(std::string_view name) const {
    return hsm_.configuration().parent_path() / name;
  }

  testing::SoftHsm hsm_;
};

TEST_F(TokenKeys, TwoKeysOfOneNameAreRefused) {
  make("twin");
  with_token([](const View& view) {
    ASSERT_TRUE(make_key_pair(view, "twin", Algorithm::ecdsa_p256_sha256).ok());
  });
  EXPECT_EQ(refusal(), "KEY_AMBIGUOUS");
  EXPECT_EQ(refusal({{"keys", "release=pkcs11:object=twin"}}), "KEY_AMBIGUOUS");
  make("single");
  const Instances backend = open();
  EXPECT_THAT(names(backend), ::testing::ElementsAre("single"));
  EXPECT_TRUE(backend.at(0)->sign("single", Bytes(32, 1), soon()).ok());
  const auto refused = backend.at(0)->sign("twin", Bytes(32, 1), soon());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_EQ(refused.error().reason, "KEY_AMBIGUOUS");
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("say which with object and id"));
  auto& maker = dynamic_cast<KeyMaker&>(*backend.at(0));
  EXPECT_EQ(maker.make_key("twin", Algorithm::ecdsa_p256_sha256, soon()).error().reason,
            "KEY_EXISTS");
}

TEST_F(TokenKeys, OneThatIsNamedAndUnfitLeavesTheOthers) {
  make("one");
  make("rsa", Algorithm::rsa_pkcs1v15_2048_sha256);
  const Instances backend =
      open({{"keys", "a=pkcs11:object=one, b=pkcs11:object=rsa"}, {"algorithms", "b=ed25519"}});
  EXPECT_TRUE(backend.at(0)->sign("a", Bytes(32, 1), soon()).ok());
  EXPECT_EQ(backend.at(0)->sign("b", Bytes(32, 1), soon()).error().reason, "KEY_UNSUPPORTED");
}

// As other programs make them: beside ours, and of kinds that we do not sign with.
TEST_F(TokenKeys, OneOfAnUnknownKindIsUnusableAndSaysWhichAndWhichAreKnown) {
  make("ours");
  const auto generate_named = [](const View& view, std::string_view name, CK_MECHANISM_TYPE with,
                                 Template public_half) {
    Template private_half;
    public_half.add_flag(CKA_TOKEN, true).add(CKA_ID, as_bytes(name));
    private_half.add_flag(CKA_TOKEN, true)
        .add_flag(CKA_SIGN, true)
        .add(CKA_LABEL, as_bytes(name))
        .add(CKA_ID, as_bytes(name));
    SCOPED_TRACE(name);
    generate(view, with, public_half, private_half);
  };
  with_token([&](const View& view) {
    generate_named(view, "RSA-1024", CKM_RSA_PKCS_KEY_PAIR_GEN,
                   std::move(Template()
                                 .add(CKA_MODULUS_BITS, CK_ULONG{1024})
                                 .add(CKA_PUBLIC_EXPONENT, Bytes{1, 0, 1})));
    generate_named(
        view, "secp256k1", CKM_EC_KEY_PAIR_GEN,
        std::move(Template().add(CKA_EC_PARAMS, Bytes{0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a})));
    generate_named(view, "Ed448", CKM_EC_EDWARDS_KEY_PAIR_GEN,
                   std::move(Template().add(CKA_EC_PARAMS, Bytes{0x13, 0x0a, 'e', 'd', 'w', 'a',
                                                                 'r', 'd', 's', '4', '4', '8'})));
    Template dsa;
    dsa.add(CKA_CLASS, CKO_PRIVATE_KEY)
        .add(CKA_KEY_TYPE, CKK_DSA)
        .add_flag(CKA_TOKEN, true)
        .add_flag(CKA_SIGN, true)
        .add(CKA_LABEL, as_bytes("DSA"));
    for (const CK_ATTRIBUTE_TYPE number : {CKA_PRIME, CKA_SUBPRIME, CKA_BASE, CKA_VALUE}) {
      dsa.add(number, Bytes(32, 7));
    }
    auto attributes = dsa.attributes();
    CK_OBJECT_HANDLE handle = 0;
    ASSERT_EQ(
        view.module->C_CreateObject(view.session, attributes.data(), attributes.size(), &handle),
        CKR_OK);
  });
  const Instances backend = open();
  EXPECT_THAT(names(backend), ::testing::ElementsAre("ours"));
  const std::vector<UnusableKey> unusable = backend.at(0)->unusable_keys();
  ASSERT_EQ(unusable.size(), 4U);
  for (const UnusableKey& key : unusable) {
    EXPECT_EQ(key.why.reason, "KEY_UNSUPPORTED");
    EXPECT_EQ(key.why.message,
              fmt::format("key \"{}\": it is {}: public keys are P-256, P-384, P-521, RSA 2048, "
                          "3072, 4096 or Ed25519",
                          key.name, key.name));
  }
  EXPECT_TRUE(backend.at(0)->sign("ours", Bytes(32, 1), soon()).ok());
}

TEST_F(TokenKeys, OnlyThoseThatAreNamedAreThere) {
  make("one");
  make("two");
  EXPECT_THAT(names(open()), ::testing::ElementsAre("one", "two"));
  const Instances backend = open({{"keys", "release=pkcs11:token=test;object=two"}});
  EXPECT_THAT(names(backend), ::testing::ElementsAre("release"));
  EXPECT_EQ(backend.at(0)->sign("two", Bytes(32), soon()).error().reason, "KEY_NOT_FOUND");
  auto& maker = dynamic_cast<KeyMaker&>(*backend.at(0));
  EXPECT_EQ(maker.make_key("three", Algorithm::ecdsa_p256_sha256, soon()).error().reason,
            "CANNOT_MAKE_KEYS");
}

TEST_F(TokenKeys, WhatAnotherProgramMakesMeanwhileIsThereOnceKeysAreLookedForAgain) {
  const Instances backend = open();
  with_token([](const View& view) {
    ASSERT_TRUE(make_key_pair(view, "other", Algorithm::ecdsa_p256_sha256).ok());
  });
  auto& maker = dynamic_cast<KeyMaker&>(*backend.at(0));
  // A second key of that name would make both ambiguous.
  EXPECT_EQ(maker.make_key("other", Algorithm::ecdsa_p256_sha256, soon()).error().reason,
            "KEY_EXISTS");
  EXPECT_TRUE(maker.make_key("ours", Algorithm::ecdsa_p256_sha256, soon()).ok());
  EXPECT_THAT(names(backend), ::testing::ElementsAre("other", "ours"));
  EXPECT_TRUE(backend.at(0)->sign("other", Bytes(32), soon()).ok());
}

TEST_F(TokenKeys, OneThatIsNamedAndAbsentIsLeftOut) {
  make("one");
  EXPECT_THAT(names(open({{"keys", "a=pkcs11:object=nobody, b=pkcs11:object=one"}})),
              ::testing::ElementsAre("b"));
  EXPECT_THAT(names(open({{"keys", "a=pkcs11:token=another;object=one"}})), ::testing::IsEmpty());
}

TEST_F(TokenKeys, AKeySignsByPssWhereTheConfigurationSaysSo) {
  make("rsa", Algorithm::rsa_pkcs1v15_2048_sha256);
  const Instances backend = open({{"algorithms", "rsa=rsa-pss-2048-sha256"}});
  const KeyInfo key = backend.at(0)->list_keys(soon())->at(0);
  EXPECT_EQ(key.algorithm, Algorithm::rsa_pss_2048_sha256);
  const Bytes signature = backend.at(0)->sign("rsa", Bytes(32, 1), soon()).value();
  EXPECT_TRUE(PublicKey::from_spki(key.spki)
                  ->verify_digest(Algorithm::rsa_pss_2048_sha256, Bytes(32, 1), signature)
                  .ok());
  EXPECT_EQ(refusal({{"keys", "rsa=pkcs11:object=rsa"}, {"algorithms", "rsa=ed25519"}}),
            "KEY_UNSUPPORTED");
}

TEST_F(TokenKeys, MadeKeysAreSensitiveAndCannotLeave) {
  make("mine");
  with_token([](const View& view) {
    const auto found = find_objects(
        view, Template().add(CKA_CLASS, CKO_PRIVATE_KEY).add(CKA_LABEL, as_bytes("mine")));
    ASSERT_EQ(found->size(), 1U);
    EXPECT_TRUE(read_flag(view, found->front(), CKA_SENSITIVE));
    EXPECT_TRUE(read_flag(view, found->front(), CKA_ALWAYS_SENSITIVE));
    EXPECT_TRUE(read_flag(view, found->front(), CKA_NEVER_EXTRACTABLE));
    EXPECT_FALSE(read_attribute(view, found->front(), CKA_VALUE).has_value());
  });
}

// SoftHSM answers C_Sign with USER_NOT_LOGGED_IN until the PIN is given for this very signature.
TEST_F(TokenKeys, AKeyThatWantsThePinEachTimeGetsIt) {
  make_careful();
  const Instances backend = open();
  for (int i = 0; i < 3; ++i) {
    const auto signature = backend.at(0)->sign("careful", Bytes(32, 1), soon());
    EXPECT_TRUE(signature.ok()) << signature.error().message;
  }
}

// The login is there, and this one try is refused: it counts as any other.
TEST_F(TokenKeys, APinThatIsRefusedForASignatureIsNotTriedAgain) {
  make_careful();
  auto opened = pkcs11::open(hsm_.config(CHANCERY_EVIL_MODULE), 1, soon());
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  ASSERT_TRUE(opened->at(0)->sign("careful", Bytes(32, 1), soon()).ok());
  const auto logins = [this] { return testing::read_text(beside("evil-calls")).size(); };
  const std::size_t before = logins();
  testing::write_text(beside("evil-orders"), "login 0xa0\n");
  for (int i = 0; i < 3; ++i) {
    const auto refused = opened->at(0)->sign("careful", Bytes(32, 1), soon());
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    EXPECT_EQ(refused.error().reason, "PIN_REJECTED");
  }
  EXPECT_EQ(logins(), before + 1);
  opened->clear();
  EXPECT_EQ(refusal(), "PIN_REJECTED");  // nor by the next key host
}

TEST_F(TokenKeys, AnotherKeyUnderTheSameNameIsNotSignedWith) {
  make("key");
  const Instances backend = open();
  ASSERT_TRUE(backend.at(0)->sign("key", Bytes(32, 1), soon()).ok());
  with_token([](const View& view) {
    const auto found = find_objects(view, Template().add(CKA_CLASS, CKO_PRIVATE_KEY));
    ASSERT_TRUE(destroy_key_pair(view, found->front()).ok());
    ASSERT_TRUE(make_key_pair(view, "key", Algorithm::ecdsa_p256_sha256).ok());
  });
  // The handle is dead, so all is opened anew, and the name has another key.
  EXPECT_EQ(backend.at(0)->sign("key", Bytes(32, 1), soon()).error().reason, "KEY_CHANGED");
}

TEST_F(TokenKeys, AUriThatFitsTwoTokensIsRefused) {
  hsm_.add_token("test");
  EXPECT_EQ(refusal(), "TOKEN_AMBIGUOUS");
}

TEST_F(TokenKeys, WithoutAPinOrAModuleItSaysSo) {
  BackendConfig bare = config();
  std::erase_if(bare.options, [](const auto& option) { return option.first == "pin_file"; });
  EXPECT_EQ(pkcs11::open(bare, 1, soon()).error().reason, "PIN_MISSING");
  const auto absent = pkcs11::open(hsm_.config("/nowhere/module.so"), 1, soon());
  EXPECT_EQ(absent.error().reason, "MODULE_LOAD_FAILED");
  EXPECT_EQ(absent.error().code, ErrorCode::unavailable);
}

TEST_F(TokenKeys, ADirectoryThatOthersMayEnterIsRefused) {
  std::filesystem::permissions(hsm_.directory(), std::filesystem::perms(0750));
  EXPECT_EQ(refusal(), "KEY_DIRECTORY_UNSAFE");
}

// A module that was not told of threads corrupts its memory here within a second.
TEST_F(TokenKeys, ManySessionsSignAtOnce) {
  make("key");
  auto backend = pkcs11::open(config(), 4, soon()).value();
  ASSERT_EQ(backend.size(), 4U);
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (const auto& instance : backend) {
    threads.emplace_back([&] {
      for (std::uint8_t i = 0; i < 250; ++i) {
        if (instance->sign("key", Bytes(32, i), soon()).ok()) ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 1000);
}

// The slowest key to make; the other algorithms are in tests/conformance.
TEST_F(TokenKeys, ARsaKeyOf4096BitsIsMadeAndSigns) {
  make("large", Algorithm::rsa_pkcs1v15_4096_sha256);
  const Instances backend = open();
  const KeyInfo key = backend.at(0)->list_keys(soon())->at(0);
  const Bytes signature = backend.at(0)->sign("large", Bytes(32, 1), soon()).value();
  EXPECT_TRUE(PublicKey::from_spki(key.spki)
                  ->verify_digest(Algorithm::rsa_pkcs1v15_4096_sha256, Bytes(32, 1), signature)
                  .ok());
}

}  // namespace
}  // namespace chancery::pkcs11
