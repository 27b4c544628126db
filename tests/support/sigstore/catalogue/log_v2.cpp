// Rekor v2: no proof; checkpoint without origin, size, root or signature; foreign origin; extra
// witness lines and second signatures accepted in any order.
#include "tests/support/sigstore/catalogue/catalogue.h"

namespace chancery::testing {
namespace {

void alter_note(Scene& scene, const std::function<void(tlog::Note&)>& change) {
  tlog::Note note = *tlog::parse_note(scene.proof().checkpoint);
  change(note);
  scene.proof().checkpoint = tlog::write_note(note);
}

// The log itself signs something else than it should.
void resign(Scene& scene, std::string_view text) {
  scene.proof().checkpoint = scene.log.sign_note(text);
}

void add_lines(Scene& scene, bool in_front) {
  alter_note(scene, [in_front](tlog::Note& note) {
    const MemoryLog witness("witness.example.test");
    const MemoryLog second("log.example.test");
    for (const MemoryLog* each : {&witness, &second}) {
      note.signatures.insert(in_front ? note.signatures.begin() : note.signatures.end(),
                             tlog::parse_note(each->sign_note(note.text))->signatures[0]);
    }
  });
}

Cases proofs() {
  return {
      {"v2_proof_missing", "BUNDLE_PROOF_MISSING", blob_v2,
       [](Scene& s) { s.entry().inclusion_proof.reset(); }},
      {"v2_checkpoint_missing", "BUNDLE_CHECKPOINT_MISSING", blob_v2,
       [](Scene& s) { s.proof().checkpoint.clear(); }},
      {"v2_proof_altered", "INCLUSION_PROOF_INVALID", blob_v2,
       [](Scene& s) { s.proof().hashes[0][0] ^= 1; }},
      {"v2_proof_of_another_entry", "INCLUSION_PROOF_INVALID", blob_v2,
       [](Scene& s) { s.proof().hashes = s.log.prove(0).hashes; }},
      {"v2_proof_stale", "CHECKPOINT_MISMATCH", blob_v2,
       [](Scene& s) {
         s.log.add("later");
         s.proof().checkpoint = s.log.checkpoint();
       }},
      {"v2_index_of_another_entry", "INCLUSION_PROOF_INVALID", blob_v2,
       [](Scene& s) { s.entry().log_index = s.proof().log_index = 2; }},
      {"v2_index_beyond_the_tree", "INCLUSION_INDEX_OUT_OF_RANGE", blob_v2,
       [](Scene& s) { s.entry().log_index = s.proof().log_index = s.proof().tree_size; }},
      {"v2_log_unknown", "LOG_UNKNOWN", blob_v2, [](Scene& s) { s.entry().log_id[0] ^= 1; }},
      {"v2_no_entry", "LOG_ENTRY_MISSING", blob_v2, [](Scene& s) { s.bundle.log_entries.clear(); }},
      {"v2_kind_unknown", "LOG_ENTRY_KIND_UNSUPPORTED", blob_v2,
       [](Scene& s) { s.entry().version = "0.0.3"; }},
      {"v2_kind_of_envelopes", "LOG_ENTRY_KIND_UNSUPPORTED", blob_v2,
       [](Scene& s) { s.entry().kind = "dsse"; }},
      {"v2_body_with_a_blank_more", "LOG_ENTRY_MALFORMED", blob_v2,
       [](Scene& s) { s.entry() = s.log.add(s.entry().canonicalized_body + " "); }},
  };
}

Cases checkpoints() {
  return {
      {"v2_checkpoint_without_origin", "CHECKPOINT_MALFORMED", blob_v2,
       [](Scene& s) { resign(s, "\n4\nAAAA\n"); }},
      {"v2_checkpoint_without_size", "CHECKPOINT_MALFORMED", blob_v2,
       [](Scene& s) { resign(s, "log.example.test\n"); }},
      {"v2_checkpoint_size_with_a_leading_zero", "CHECKPOINT_MALFORMED", blob_v2,
       [](Scene& s) {
         std::string text = tlog::checkpoint_text(s.log.head());
         resign(s, text.replace(text.find("\n4\n"), 3, "\n04\n"));
       }},
      {"v2_checkpoint_without_root", "CHECKPOINT_MALFORMED", blob_v2,
       [](Scene& s) { resign(s, "log.example.test\n4\n"); }},
      {"v2_checkpoint_without_signature", "NOTE_MALFORMED", blob_v2,
       [](Scene& s) { alter_note(s, [](tlog::Note& n) { n.signatures.clear(); }); }},
      {"v2_foreign_origin", "CHECKPOINT_ORIGIN_MISMATCH", blob_v2,
       [](Scene& s) {
         tlog::Checkpoint checkpoint = s.log.head();
         checkpoint.origin = "other.example.test";
         resign(s, tlog::checkpoint_text(checkpoint));
       }},
      {"v2_wrong_key_hint", "CHECKPOINT_NOT_SIGNED_BY_LOG", blob_v2,
       [](Scene& s) { alter_note(s, [](tlog::Note& n) { n.signatures[0].key_id[0] ^= 1; }); }},
      {"v2_checkpoint_signature_altered", "CHECKPOINT_SIGNATURE_INVALID", blob_v2,
       [](Scene& s) { alter_note(s, [](tlog::Note& n) { n.signatures[0].signature[9] ^= 1; }); }},
      {"v2_second_signature_of_the_log_s_key_fails", "CHECKPOINT_SIGNATURE_INVALID", blob_v2,
       [](Scene& s) {
         alter_note(s, [](tlog::Note& note) {
           tlog::NoteSignature wrong = note.signatures[0];
           wrong.signature[9] ^= 1;
           note.signatures.push_back(std::move(wrong));
         });
       }},
      {"accepted_v2_more_signatures_after_it", "", blob_v2, [](Scene& s) { add_lines(s, false); }},
      {"accepted_v2_more_signatures_before_it", "", blob_v2, [](Scene& s) { add_lines(s, true); }},
      {"accepted_v2_two_logs", "", blob_v2,
       [](Scene& s) {
         MemoryLog second("second.example.test");
         s.bundle.log_entries.push_back(second.add(s.entry().canonicalized_body));
         s.root.transparency_logs.push_back(second.trusted({at("2026-01-01T00:00:00Z"), {}}));
       }},
      {"accepted_v2_entry_of_an_unknown_log_beside_it", "", blob_v2,
       [](Scene& s) {
         MemoryLog unknown("unknown.example.test");
         s.bundle.log_entries.push_back(unknown.add(s.entry().canonicalized_body));
       }},
      {"accepted_v2_entry_of_an_unknown_log_before_it", "", blob_v2,
       [](Scene& s) {
         MemoryLog unknown("unknown.example.test");
         s.bundle.log_entries.insert(s.bundle.log_entries.begin(),
                                     unknown.add(s.entry().canonicalized_body));
       }},
      {"accepted_v2_entry_of_an_unknown_log_that_is_unreadable", "", blob_v2,
       [](Scene& s) {
         s.bundle.log_entries.push_back(MemoryLog("unknown.example.test").add("something"));
       }},
      {"v2_entry_of_a_known_log_fails_beside_it", "LOG_ENTRY_MALFORMED", blob_v2,
       [](Scene& s) {
         MemoryLog second("second.example.test");
         s.bundle.log_entries.push_back(second.add("something else"));
         s.root.transparency_logs.push_back(second.trusted({at("2026-01-01T00:00:00Z"), {}}));
       }},
  };
}

}  // namespace

Cases log_v2_cases() {
  Cases cases = proofs();
  const Cases more = checkpoints();
  cases.insert(cases.end(), more.begin(), more.end());
  return cases;
}

}  // namespace chancery::testing
