// Key-signed bundles over a v2 log: good ones, and each with one fault.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "core/base/encoding.h"
#include "tests/support/sigstore/sigstore.h"

namespace chancery::bundle {
namespace {

using testing::at;
using testing::MemoryLog;
using testing::SigningKey;
using testing::Sigstore;

// What is given to verify, ready to be spoilt.
struct Given {
  Sigstore sigstore;
  Bundle bundle;
  TrustedRoot root;
  Policy policy;
  Digest artefact;

  LogEntry& entry() { return bundle.log_entries[0]; }
  InclusionProof& proof() { return *entry().inclusion_proof; }
  Verdict verdict() const { return verify(bundle, artefact, root, policy); }
};

std::string reason(const Verdict& verdict) {
  return verdict.verified() ? "" : verdict.refusal->reason;
}
std::string message(const Verdict& verdict) {
  return verdict.verified() ? "verified" : verdict.refusal->message;
}

Given artefact_signed(Sigstore sigstore = {}) {
  Given given{std::move(sigstore), {}, {}, {}, {}};
  given.bundle = given.sigstore.sign_artefact();
  given.root = given.sigstore.root();
  given.policy = given.sigstore.policy();
  given.artefact = given.sigstore.digest();
  return given;
}

Given statement_signed() {
  Given given = artefact_signed();
  given.bundle = given.sigstore.sign_statement();
  given.artefact = digest(HashAlgorithm::sha256, as_bytes(given.sigstore.artefact));
  return given;
}

TEST(VerifyWithKey, AGoodBundleIsVerifiedAndTheTraceSaysHow) {
  const Verdict verdict = artefact_signed().verdict();
  ASSERT_TRUE(verdict.verified()) << message(verdict);
  ASSERT_EQ(verdict.logs.size(), 1U);
  EXPECT_EQ(verdict.logs[0].origin, "log.example.test");
  EXPECT_EQ(verdict.logs[0].index, 3U);
  std::vector<std::string> names;
  for (const Check& check : verdict.passed) names.push_back(check.name);
  EXPECT_EQ(names, (std::vector<std::string>{"bundle", "signer", "log entry", "inclusion proof",
                                             "transparency log", "signature", "digest"}));
}

TEST(VerifyWithKey, AGoodStatementIsVerifiedAndGiven) {
  const Verdict verdict = statement_signed().verdict();
  ASSERT_TRUE(verdict.verified()) << message(verdict);
  EXPECT_EQ(verdict.statement->predicate_type, "https://slsa.dev/provenance/v1");
}

TEST(VerifyWithKey, EachLoggableAlgorithmIsVerified) {
  for (const Algorithm algorithm :
       {Algorithm::ecdsa_p256_sha256, Algorithm::ecdsa_p384_sha384, Algorithm::ecdsa_p521_sha512,
        Algorithm::rsa_pkcs1v15_2048_sha256, Algorithm::rsa_pkcs1v15_3072_sha256,
        Algorithm::rsa_pkcs1v15_4096_sha256, Algorithm::ed25519_ph}) {
    Sigstore sigstore;
    sigstore.key = SigningKey::make(algorithm);
    Given given = artefact_signed(std::move(sigstore));
    EXPECT_EQ(message(given.verdict()), "verified") << name_of(algorithm);
    given.bundle = given.sigstore.sign_statement();
    given.artefact = digest(HashAlgorithm::sha256, as_bytes(given.sigstore.artefact));
    EXPECT_EQ(message(given.verdict()), "verified") << name_of(algorithm);
  }
}

TEST(VerifyWithKey, WitnessLinesAndSecondSignaturesAreAcceptedInAnyOrder) {
  Given given = artefact_signed();
  const MemoryLog witness("witness.example.test");
  const MemoryLog rotated("log.example.test");  // the same name, another key
  tlog::Note note = *tlog::parse_note(given.proof().checkpoint);
  for (const MemoryLog* other : {&witness, &rotated}) {
    note.signatures.push_back(tlog::parse_note(other->sign_note(note.text))->signatures[0]);
  }
  std::ranges::sort(note.signatures, {}, &tlog::NoteSignature::signature);
  bool more = true;
  while (more) {
    given.proof().checkpoint = tlog::write_note(note);
    EXPECT_EQ(reason(given.verdict()), "");
    more =
        std::ranges::next_permutation(note.signatures, {}, &tlog::NoteSignature::signature).found;
  }
}

TEST(VerifyWithKey, AnExpiredInstanceOfTheLogBesideTheRightOneDoesNoHarm) {
  Given given = artefact_signed();
  TrustedLog stale = given.root.transparency_logs[0];
  stale.note_key = MemoryLog("log.example.test").note_key();
  given.root.transparency_logs.insert(given.root.transparency_logs.begin(), stale);
  EXPECT_EQ(reason(given.verdict()), "");
}

TEST(VerifyWithKey, DamagedAuthoritiesThatNothingLeadsToAreNotAskedFor) {
  Given given = artefact_signed();
  const OnDemand<std::vector<Certificate>> damaged([]() -> Result<std::vector<Certificate>> {
    ADD_FAILURE() << "nobody needs it";
    return invalid_request("TRUSTED_ROOT_CERTIFICATE_MALFORMED", "");
  });
  given.root.certificate_authorities.push_back({"", damaged, {}, ""});
  given.root.timestamp_authorities.push_back({"", damaged, {}, ""});
  EXPECT_EQ(reason(given.verdict()), "");
}

TEST(VerifyWithKey, TwoEntriesOfOneOperatorCountOnce) {
  Given given = artefact_signed();
  MemoryLog second("second.example.test");
  given.bundle.log_entries.push_back(second.add(given.entry().canonicalized_body));
  given.root.transparency_logs.push_back(second.trusted({at("2026-01-01T00:00:00Z"), {}}));
  given.policy.log_entries_min = 2;
  EXPECT_EQ(reason(given.verdict()), "");
  for (TrustedLog& log : given.root.transparency_logs) log.operator_name = "example.test";
  EXPECT_EQ(reason(given.verdict()), "LOG_THRESHOLD_NOT_MET");
}

TEST(VerifyWithKey, AFailingEntryOfAKnownLogIsNotOutvotedByAGoodOne) {
  Given given = artefact_signed();
  MemoryLog second("second.example.test");
  given.bundle.log_entries.push_back(second.add("something else"));
  given.root.transparency_logs.push_back(second.trusted({at("2026-01-01T00:00:00Z"), {}}));
  EXPECT_EQ(reason(given.verdict()), "LOG_ENTRY_MALFORMED");
}

TEST(VerifyWithKey, EntriesOfUnknownLogsAreLeftOut) {
  Given given = artefact_signed();
  given.bundle.log_entries.push_back(MemoryLog("unknown.example.test").add("something else"));
  EXPECT_EQ(reason(given.verdict()), "");
}

TEST(VerifyWithKey, ALogThatTheRootDoesNotNameIsToldWithItsIdAndWhyThatMayBe) {
  Given given = artefact_signed();
  given.root.transparency_logs.clear();
  const Verdict verdict = given.verdict();
  EXPECT_EQ(reason(verdict), "LOG_UNKNOWN");
  EXPECT_NE(message(verdict).find("of another instance or out of date"), std::string::npos);
  EXPECT_NE(message(verdict).find(base64_encode(given.entry().log_id)), std::string::npos);
}

TEST(VerifyWithKey, WithoutALogEntryOnlyAPolicyThatWaivesTheLogAccepts) {
  Given given = artefact_signed();
  given.bundle.log_entries.clear();
  EXPECT_EQ(reason(given.verdict()), "LOG_ENTRY_MISSING");
  given.policy.ignore_transparency_log_unsafe = true;
  EXPECT_EQ(reason(given.verdict()), "");
  given.artefact = digest(HashAlgorithm::sha256, as_bytes("another"));
  EXPECT_EQ(reason(given.verdict()), "SIGNATURE_INVALID");
}

struct Fault {
  const char* name;
  const char* reason;
  std::function<void(Given&)> change;
};

// The log itself signs something else than it should.
void resign(Given& given, std::string_view text) {
  given.proof().checkpoint = given.sigstore.log.sign_note(text);
}

void alter_note(Given& given, const std::function<void(tlog::Note&)>& change) {
  tlog::Note note = *tlog::parse_note(given.proof().checkpoint);
  change(note);
  given.proof().checkpoint = tlog::write_note(note);
}

MessageSignature& message_of(Given& given) {
  return std::get<MessageSignature>(given.bundle.content);
}

const Fault faults[] = {
    {"structure", "BUNDLE_VERSION_UNSUPPORTED", [](Given& g) { g.bundle.media_type = "x"; }},
    {"no_key_given", "KEY_REQUIRED", [](Given& g) { g.policy.key.reset(); }},
    {"certificate_where_a_key_was_given", "CERTIFICATE_NOT_EXPECTED",
     [](Given& g) {
       g.bundle.verification_material = CertificateChain{{{0x30}}, true};
     }},
    {"wrong_key", "LOG_ENTRY_KEY_MISMATCH",
     [](Given& g) { g.policy.key = SigningKey::make(Algorithm::ecdsa_p256_sha256).public_key(); }},
    {"another_artefact", "LOG_ENTRY_DIGEST_MISMATCH",
     [](Given& g) { g.artefact = digest(HashAlgorithm::sha256, as_bytes("another")); }},
    {"artefact_under_another_hash", "ARTIFACT_DIGEST_MISSING",
     [](Given& g) { g.artefact = digest(HashAlgorithm::sha512, as_bytes(g.sigstore.artefact)); }},
    {"signature_of_another_signing", "LOG_ENTRY_SIGNATURE_MISMATCH",
     [](Given& g) {
       message_of(g).signature = g.sigstore.key.sign(as_bytes(g.sigstore.artefact));
     }},
    {"entry_of_another_signing", "LOG_ENTRY_SIGNATURE_MISMATCH",
     [](Given& g) { g.bundle.log_entries = g.sigstore.sign_artefact().log_entries; }},
    {"digest_hint_of_another_artefact", "MESSAGE_DIGEST_MISMATCH",
     [](Given& g) {
       message_of(g).message_digest = digest(HashAlgorithm::sha256, as_bytes("another"));
     }},
    {"signature_that_was_logged_but_is_wrong", "SIGNATURE_INVALID",
     [](Given& g) {
       message_of(g).signature = g.sigstore.key.sign(as_bytes("another"));
       g.entry() =
           g.sigstore.log.add(g.sigstore.body_for(g.sigstore.digest(), message_of(g).signature));
     }},
    {"kind_not_known", "LOG_ENTRY_KIND_UNSUPPORTED", [](Given& g) { g.entry().kind = "rpm"; }},
    {"version_not_known", "LOG_ENTRY_KIND_UNSUPPORTED",
     [](Given& g) { g.entry().version = "0.0.3"; }},
    {"body_of_another_kind", "LOG_ENTRY_KIND_MISMATCH",
     [](Given& g) {
       std::string body = g.entry().canonicalized_body;
       body.replace(body.find("0.0.2"), 5, "0.0.1");
       g.entry() = g.sigstore.log.add(body);
     }},
    {"body_that_is_no_entry", "LOG_ENTRY_MALFORMED",
     [](Given& g) { g.entry().canonicalized_body = "{}"; }},
    {"body_with_a_blank_more", "LOG_ENTRY_MALFORMED",
     [](Given& g) { g.entry() = g.sigstore.log.add(g.entry().canonicalized_body + " "); }},
    {"unknown_log", "LOG_UNKNOWN", [](Given& g) { g.entry().log_id[0] ^= 1; }},
    {"log_with_a_key_that_is_not_read", "LOG_KEY_UNSUPPORTED",
     [](Given& g) {
       g.root.unread_logs = {{"https://log.example.test", g.entry().log_id, "ML_DSA_65"}};
       g.root.transparency_logs.clear();
     }},
    {"no_proof", "BUNDLE_PROOF_MISSING", [](Given& g) { g.entry().inclusion_proof.reset(); }},
    {"altered_proof", "INCLUSION_PROOF_INVALID", [](Given& g) { g.proof().hashes[0][0] ^= 1; }},
    {"short_proof", "INCLUSION_PROOF_INVALID", [](Given& g) { g.proof().hashes.pop_back(); }},
    {"long_proof", "INCLUSION_PROOF_INVALID",
     [](Given& g) { g.proof().hashes.push_back(tlog::Hash{}); }},
    {"stale_proof", "CHECKPOINT_MISMATCH",
     [](Given& g) {
       g.sigstore.add_strangers(2);
       g.proof().checkpoint = g.sigstore.log.checkpoint();
     }},
    {"proof_for_another_index", "PROOF_INDEX_MISMATCH", [](Given& g) { g.proof().log_index = 2; }},
    {"index_beyond_the_tree", "INCLUSION_INDEX_OUT_OF_RANGE",
     [](Given& g) { g.entry().log_index = g.proof().log_index = g.proof().tree_size; }},
    {"index_of_another_entry", "INCLUSION_PROOF_INVALID",
     [](Given& g) { g.entry().log_index = g.proof().log_index = 2; }},
    {"tree_size_altered", "CHECKPOINT_MISMATCH", [](Given& g) { g.proof().tree_size += 1; }},
    {"root_hash_altered", "CHECKPOINT_MISMATCH", [](Given& g) { g.proof().root_hash[0] ^= 1; }},
    {"foreign_tree", "INCLUSION_PROOF_INVALID",
     [](Given& g) {
       MemoryLog other("log.example.test");
       g.entry().inclusion_proof = other.add("a stranger").inclusion_proof;
       resign(g, tlog::checkpoint_text(other.head()));
       g.entry().log_index = 0;
     }},
    {"foreign_origin", "CHECKPOINT_ORIGIN_MISMATCH",
     [](Given& g) {
       tlog::Checkpoint checkpoint = g.sigstore.log.head();
       checkpoint.origin = "other.example.test";
       resign(g, tlog::checkpoint_text(checkpoint));
     }},
    {"checkpoint_without_origin", "CHECKPOINT_MALFORMED",
     [](Given& g) { resign(g, "\n4\nAAAA\n"); }},
    {"checkpoint_without_size", "CHECKPOINT_MALFORMED",
     [](Given& g) { resign(g, "log.example.test\n"); }},
    {"checkpoint_without_root", "CHECKPOINT_MALFORMED",
     [](Given& g) { resign(g, "log.example.test\n4\n"); }},
    {"checkpoint_without_signature", "NOTE_MALFORMED",
     [](Given& g) { alter_note(g, [](tlog::Note& note) { note.signatures.clear(); }); }},
    {"checkpoint_of_another_key_of_that_name", "CHECKPOINT_NOT_SIGNED_BY_LOG",
     [](Given& g) {
       const tlog::Note note = *tlog::parse_note(g.proof().checkpoint);
       g.proof().checkpoint = MemoryLog("log.example.test").sign_note(note.text);
     }},
    {"checkpoint_signature_altered", "CHECKPOINT_SIGNATURE_INVALID",
     [](Given& g) { alter_note(g, [](tlog::Note& n) { n.signatures[0].signature[5] ^= 1; }); }},
    {"wrong_key_hint", "CHECKPOINT_NOT_SIGNED_BY_LOG",
     [](Given& g) { alter_note(g, [](tlog::Note& n) { n.signatures[0].key_id[0] ^= 1; }); }},
    {"threshold_not_met", "LOG_THRESHOLD_NOT_MET", [](Given& g) { g.policy.log_entries_min = 2; }},
};

class VerifyWithKeyFault : public ::testing::TestWithParam<Fault> {};

TEST_P(VerifyWithKeyFault, IsRefusedForItsOwnReason) {
  Given given = artefact_signed();
  GetParam().change(given);
  const Verdict verdict = given.verdict();
  EXPECT_EQ(reason(verdict), GetParam().reason) << message(verdict);
}

INSTANTIATE_TEST_SUITE_P(Each, VerifyWithKeyFault, ::testing::ValuesIn(faults),
                         [](const ::testing::TestParamInfo<Fault>& fault) {
                           return fault.param.name;
                         });

DsseEnvelope& envelope_of(Given& given) { return std::get<DsseEnvelope>(given.bundle.content); }

const Fault statement_faults[] = {
    {"another_artefact", "SUBJECT_MISMATCH",
     [](Given& g) { g.artefact = digest(HashAlgorithm::sha256, as_bytes("another")); }},
    {"artefact_under_a_hash_not_named", "ARTIFACT_DIGEST_MISSING",
     [](Given& g) { g.artefact = digest(HashAlgorithm::sha512, as_bytes(g.sigstore.artefact)); }},
    {"payload_altered", "LOG_ENTRY_DIGEST_MISMATCH",
     [](Given& g) { envelope_of(g).payload += " "; }},
    {"payload_type_altered", "LOG_ENTRY_DIGEST_MISMATCH",
     [](Given& g) { envelope_of(g).payload_type = "text/plain"; }},
    {"signature_altered", "LOG_ENTRY_SIGNATURE_MISMATCH",
     [](Given& g) { envelope_of(g).signatures[0].signature.back() ^= 1; }},
    {"second_signature", "BUNDLE_SIGNATURE_COUNT",
     [](Given& g) {
       const DsseSignature signature = envelope_of(g).signatures[0];
       envelope_of(g).signatures.push_back(signature);
     }},
    {"payload_signed_without_its_type", "LOG_ENTRY_DIGEST_MISMATCH",
     [](Given& g) {
       const Digest plain = digest(HashAlgorithm::sha256, as_bytes(envelope_of(g).payload));
       Bytes& signature = envelope_of(g).signatures[0].signature;
       signature = g.sigstore.key.sign_digest(g.sigstore.key.algorithm(), plain.value);
       g.entry() = g.sigstore.log.add(g.sigstore.body_for(plain, signature));
     }},
    {"no_subject", "STATEMENT_NO_SUBJECT",
     [](Given& g) {
       g.bundle = g.sigstore.sign_statement(
           R"({"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"p"})");
     }},
    {"not_a_statement", "JSON_MALFORMED",
     [](Given& g) { g.bundle = g.sigstore.sign_statement("text"); }},
};

class VerifyStatementFault : public ::testing::TestWithParam<Fault> {};

TEST_P(VerifyStatementFault, IsRefusedForItsOwnReason) {
  Given given = statement_signed();
  GetParam().change(given);
  const Verdict verdict = given.verdict();
  EXPECT_EQ(reason(verdict), GetParam().reason) << message(verdict);
}

INSTANTIATE_TEST_SUITE_P(Each, VerifyStatementFault, ::testing::ValuesIn(statement_faults),
                         [](const ::testing::TestParamInfo<Fault>& fault) {
                           return fault.param.name;
                         });

TEST(VerifyWithKey, ASubjectThatContradictsItselfIsNoMatch) {
  Given given = statement_signed();
  const std::string artefact = given.sigstore.artefact;
  const Digest right = digest(HashAlgorithm::sha256, as_bytes(artefact));
  given.bundle = given.sigstore.sign_statement(
      write_statement({{"a", {{"sha256", hex_encode(right.value)}, {"sha512", "00"}}}}, "p", "{}"));
  EXPECT_EQ(reason(given.verdict()), "");
  const Artifact known({right, digest(HashAlgorithm::sha512, as_bytes(artefact))});
  EXPECT_EQ(reason(verify(given.bundle, known, given.root, given.policy)), "SUBJECT_MISMATCH");
}

TEST(VerifiedSignature, IsBelievedForTheSameBytesOnly) {
  Given given = artefact_signed();
  given.policy.ignore_transparency_log_unsafe = true;
  Bytes& signature = std::get<MessageSignature>(given.bundle.content).signature;
  signature.back() ^= 1;
  ASSERT_EQ(reason(given.verdict()), "SIGNATURE_INVALID");
  Verifier verifier(given.root);
  const VerifiedSignature known{given.policy.key->spki(), given.artefact, signature};
  verifier.remember_verified(known);
  const auto judge = [&] { return verifier.verify(given.bundle, given.artefact, given.policy); };
  EXPECT_EQ(message(judge()), "verified");  // the caller's word is taken

  signature.back() ^= 2;
  EXPECT_EQ(reason(judge()), "SIGNATURE_INVALID");
  signature.back() ^= 2;
  given.policy.key = SigningKey::make(Algorithm::ecdsa_p256_sha256).public_key();
  EXPECT_EQ(reason(judge()), "SIGNATURE_INVALID");
}

TEST(VerifiedNotes, OneCheckpointIsVerifiedOnceAndAnAlteredOneAnew) {
  const MemoryLog log("log.example.test");
  const std::string envelope = log.checkpoint();
  const tlog::Note good = *tlog::parse_note(envelope);
  tlog::Note bad = good;
  bad.signatures[0].signature[0] ^= 1;
  VerifiedNotes notes;
  EXPECT_FALSE(notes.verify(tlog::write_note(bad), bad, log.note_key()).ok());
  EXPECT_TRUE(notes.verify(envelope, good, log.note_key()).ok());
  // Remembered by the envelope's bytes: the parsed note is not looked at again.
  EXPECT_TRUE(notes.verify(envelope, bad, log.note_key()).ok());
  EXPECT_FALSE(notes.verify(tlog::write_note(bad), bad, log.note_key()).ok());
  // Another log's key makes it another question.
  EXPECT_FALSE(notes.verify(envelope, good, MemoryLog("log.example.test").note_key()).ok());
}

TEST(VerifiedNotes, TheOldestIsForgotten) {
  const MemoryLog log("log.example.test");
  VerifiedNotes notes;
  const auto note_about = [&log](std::size_t i) { return log.sign_note(std::to_string(i) + "\n"); };
  for (std::size_t i = 0; i <= limits::verified_notes_max; ++i) {
    ASSERT_TRUE(notes.verify(note_about(i), *tlog::parse_note(note_about(i)), log.note_key()).ok());
  }
  const tlog::Note nobody{"0\n", {}};
  EXPECT_FALSE(notes.verify(note_about(0), nobody, log.note_key()).ok());
  EXPECT_TRUE(notes.verify(note_about(1), nobody, log.note_key()).ok());
}

}  // namespace
}  // namespace chancery::bundle
