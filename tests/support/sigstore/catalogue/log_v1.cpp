// Rekor v1: stale or altered proof, wrong key hint, foreign tree, promise, its time.
#include "core/base/encoding.h"
#include "core/crypto/pem.h"
#include "tests/support/sigstore/catalogue/catalogue.h"
#include "tests/support/sigstore/entry_bodies.h"

namespace chancery::testing {
namespace {

void alter_note(Scene& scene, const std::function<void(tlog::Note&)>& change) {
  tlog::Note note = *tlog::parse_note(scene.proof().checkpoint);
  change(note);
  scene.proof().checkpoint = tlog::write_note(note);
}

void rename(Scene& scene, std::string origin) {
  tlog::Checkpoint checkpoint = scene.log_v1.head();
  checkpoint.origin = std::move(origin);
  scene.proof().checkpoint = scene.log_v1.sign_note(tlog::checkpoint_text(checkpoint));
}

// The log itself takes another body, and promises it.
void record_body(Scene& scene, std::string_view kind, std::string_view version,
                 const std::string& body) {
  scene.entry() = scene.log_v1.add(kind, version, body, scene.time);
}

std::string pem_of(const Scene& scene) {
  return write_pem("CERTIFICATE", scene.certificate->der());
}

Cases proofs() {
  return {
      {"v1_proof_altered", "INCLUSION_PROOF_INVALID", blob_v1,
       [](Scene& s) { s.proof().hashes[0][0] ^= 1; }},
      {"v1_proof_short", "INCLUSION_PROOF_INVALID", blob_v1,
       [](Scene& s) { s.proof().hashes.pop_back(); }},
      {"v1_proof_stale", "CHECKPOINT_MISMATCH", blob_v1,
       [](Scene& s) {
         s.log_v1.add_stranger("later");
         s.proof().checkpoint = s.log_v1.checkpoint();
       }},
      {"v1_proof_with_the_global_index", "INCLUSION_INDEX_OUT_OF_RANGE", blob_v1,
       [](Scene& s) { s.proof().log_index = s.entry().log_index; }},
      {"v1_proof_missing", "BUNDLE_PROOF_MISSING", blob_v1,
       [](Scene& s) { s.entry().inclusion_proof.reset(); }},
      {"v1_root_hash_altered", "CHECKPOINT_MISMATCH", blob_v1,
       [](Scene& s) { s.proof().root_hash[0] ^= 1; }},
      {"v1_tree_size_altered", "CHECKPOINT_MISMATCH", blob_v1,
       [](Scene& s) { s.proof().tree_size += 1; }},
      {"v1_wrong_proof_in_bundle_01", "INCLUSION_PROOF_INVALID", blob_v1_in_bundle_01,
       [](Scene& s) { s.proof().hashes[0][0] ^= 1; }},
      {"v1_checkpoint_missing_in_bundle_01", "BUNDLE_CHECKPOINT_MISSING", blob_v1_in_bundle_01,
       [](Scene& s) { s.proof().checkpoint.clear(); }},
  };
}

Cases checkpoints() {
  return {
      {"v1_wrong_key_hint", "CHECKPOINT_NOT_SIGNED_BY_LOG", blob_v1,
       [](Scene& s) { alter_note(s, [](tlog::Note& n) { n.signatures[0].key_id[0] ^= 1; }); }},
      {"v1_checkpoint_signature_altered", "CHECKPOINT_SIGNATURE_INVALID", blob_v1,
       [](Scene& s) { alter_note(s, [](tlog::Note& n) { n.signatures[0].signature[9] ^= 1; }); }},
      {"v1_foreign_tree", "CHECKPOINT_NOT_SIGNED_BY_LOG", blob_v1,
       [](Scene& s) {
         MemoryLogV1 other("rekor.example.test");
         s.entry().inclusion_proof =
             other.add("hashedrekord", "0.0.1", s.entry().canonicalized_body, s.time)
                 .inclusion_proof;
       }},
      {"v1_origin_without_tree", "CHECKPOINT_ORIGIN_MISMATCH", blob_v1,
       [](Scene& s) { rename(s, "rekor.example.test"); }},
      {"v1_foreign_origin", "CHECKPOINT_NOT_SIGNED_BY_LOG", blob_v1,
       [](Scene& s) { rename(s, "other.example.test - 2605736670972794746"); }},
      {"accepted_v1_witness_and_second_signature", "", blob_v1,
       [](Scene& s) {
         alter_note(s, [](tlog::Note& note) {
           const MemoryLog witness("witness.example.test");
           const MemoryLog second("rekor.example.test");
           for (const MemoryLog* each : {&witness, &second}) {
             note.signatures.insert(note.signatures.begin(),
                                    tlog::parse_note(each->sign_note(note.text))->signatures[0]);
           }
         });
       }},
      {"accepted_v1_checkpoint_with_extension_line", "", blob_v1,
       [](Scene& s) {
         tlog::Checkpoint checkpoint = s.log_v1.head();
         checkpoint.extensions = {"Timestamp: 1780315260000000000"};
         s.proof().checkpoint = s.log_v1.sign_note(tlog::checkpoint_text(checkpoint));
       }},
  };
}

Cases promises() {
  return {
      {"v1_promise_altered", "PROMISE_INVALID", blob_v1,
       [](Scene& s) { s.entry().signed_entry_timestamp.back() ^= 1; }},
      {"v1_promise_of_another_log", "PROMISE_INVALID", blob_v1,
       [](Scene& s) {
         s.entry().signed_entry_timestamp = MemoryLogV1("rekor.example.test").promise(s.entry());
       }},
      {"v1_time_altered", "PROMISE_INVALID", blob_v1,
       [](Scene& s) { s.entry().integrated_time += 1; }},
      {"v1_index_altered", "PROMISE_INVALID", blob_v1, [](Scene& s) { s.entry().log_index += 1; }},
      {"v1_promise_missing_in_bundle_01", "BUNDLE_PROMISE_MISSING", blob_v1_in_bundle_01,
       [](Scene& s) { s.entry().signed_entry_timestamp.clear(); }},
      {"v1_no_promise_and_no_timestamp", "TIME_MISSING", blob_v1,
       [](Scene& s) { s.entry().signed_entry_timestamp.clear(); }},
      {"v1_promised_time_of_zero", "TIME_MISSING", blob_v1,
       [](Scene& s) {
         s.entry().integrated_time = 0;
         s.entry().signed_entry_timestamp = s.log_v1.promise(s.entry());
       }},
      {"v1_log_unknown", "LOG_UNKNOWN", blob_v1, [](Scene& s) { s.entry().log_id[0] ^= 1; }},
  };
}

Cases bodies() {
  return {
      {"v1_kind_not_the_body_s", "LOG_ENTRY_KIND_MISMATCH", statement_v1,
       [](Scene& s) {
         s.entry().kind = "hashedrekord";
         s.entry().version = "0.0.1";
       }},
      {"v1_kind_unknown", "LOG_ENTRY_KIND_UNSUPPORTED", blob_v1,
       [](Scene& s) { s.entry().kind = "rpm"; }},
      {"v1_intoto_001", "LOG_ENTRY_KIND_UNSUPPORTED", blob_v1,
       [](Scene& s) { s.entry().kind = "intoto"; }},
      {"v1_envelope_entry_for_an_artefact", "LOG_ENTRY_KIND_MISMATCH", blob_v1,
       [](Scene& s) {
         record_body(s, "dsse", "0.0.1", dsse_body_v1(s.artefact, s.signature(), pem_of(s)));
       }},
      {"v1_body_malformed", "LOG_ENTRY_MALFORMED", blob_v1,
       [](Scene& s) { record_body(s, "hashedrekord", "0.0.1", "{}"); }},
      {"v1_body_under_another_hash", "LOG_ENTRY_ALGORITHM_MISMATCH", blob_v1,
       [](Scene& s) {
         // SHA-256 of the artefact is what a P-256 key signs; a hint makes SHA-512 known.
         s.message().message_digest = digest(HashAlgorithm::sha512, as_bytes(s.artefact));
         record_body(s, "hashedrekord", "0.0.1",
                     hashed_rekord_body_v1(*s.message().message_digest, s.signature(), pem_of(s)));
       }},
      {"v1_payload_of_another", "LOG_ENTRY_DIGEST_MISMATCH", statement_v1,
       [](Scene& s) {
         record_body(s, "dsse", "0.0.1", dsse_body_v1("another", s.signature(), pem_of(s)));
       }},
      {"v1_intoto_payload_type_of_another", "LOG_ENTRY_PAYLOAD_TYPE_MISMATCH", statement_v1,
       [](Scene& s) {
         record_body(s, "intoto", "0.0.2",
                     intoto_body_v1(*s.statement, "text/plain", s.signature(), pem_of(s)));
       }},
      {"accepted_v1_entry_with_a_chain", "", blob_v1,
       [](Scene& s) {
         record_body(s, "hashedrekord", "0.0.1",
                     hashed_rekord_body_v1(
                         digest(HashAlgorithm::sha256, as_bytes(s.artefact)), s.signature(),
                         pem_of(s) + write_pem("CERTIFICATE", s.ca.intermediate().der())));
       }},
      {"v1_key_where_a_certificate_signed", "LOG_ENTRY_KEY_MISMATCH", blob_v1,
       [](Scene& s) {
         record_body(s, "hashedrekord", "0.0.1",
                     hashed_rekord_body_v1(digest(HashAlgorithm::sha256, as_bytes(s.artefact)),
                                           s.signature(), s.key.public_key().pem()));
       }},
  };
}

}  // namespace

Cases log_v1_cases() {
  Cases cases = proofs();
  for (const Cases& more : {checkpoints(), promises(), bodies()}) {
    cases.insert(cases.end(), more.begin(), more.end());
  }
  return cases;
}

}  // namespace chancery::testing
