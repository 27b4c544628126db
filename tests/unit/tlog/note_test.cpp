#include "core/tlog/note.h"

#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/base/limits/bundles.h"
#include "tests/support/private_key.h"

namespace chancery::tlog {
namespace {

// The example of C2SP signed-note: a verifier key and a note that it verifies.
// The key: base64 of the type (01) and the 32 bytes.
const std::string example_key = "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const std::string example_note =
    "This is an example message.\n\n\u2014 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    "\n";

NoteKey example_log() {
  // RFC 8410 4: the fixed header of an Ed25519 SubjectPublicKeyInfo.
  Bytes spki = *hex_decode("302a300506032b6570032100");
  const Bytes typed = *base64_decode(example_key);
  spki.insert(spki.end(), typed.begin() + 1, typed.end());
  return *NoteKey::make("example.com/foo", *PublicKey::from_spki(spki));
}

std::string note_reason(std::string_view envelope) {
  const Result<Note> note = parse_note(envelope);
  return note.ok() ? "" : note.error().reason;
}

const std::string line = "\u2014 a AAAAAAA=\n";  // the shortest: a key id and one byte

TEST(Note, TheExampleOfTheSpecificationVerifies) {
  const NoteKey key = example_log();
  EXPECT_EQ(hex_encode(key.short_id()), "530d903a");
  const Note note = *parse_note(example_note);
  EXPECT_EQ(note.text, "This is an example message.\n");
  EXPECT_TRUE(verify_note(note, key).ok());
  EXPECT_EQ(write_note(note), example_note);
}

TEST(Note, AFlippedBitInTextOrSignatureIsRefused) {
  const NoteKey key = example_log();
  Note note = *parse_note(example_note);
  note.text[0] = 'U';
  EXPECT_EQ(verify_note(note, key).error().reason, "CHECKPOINT_SIGNATURE_INVALID");
  note = *parse_note(example_note);
  note.signatures[0].signature[0] ^= 1;
  EXPECT_EQ(verify_note(note, key).error().reason, "CHECKPOINT_SIGNATURE_INVALID");
}

TEST(Note, SignaturesOfOthersAreIgnored) {
  const NoteKey key = example_log();
  Note note = *parse_note(example_note);
  NoteSignature same_name = note.signatures[0];
  same_name.key_id[0] ^= 1;
  NoteSignature same_id = note.signatures[0];
  same_id.name = "witness.example";
  same_id.signature = {1, 2, 3};
  note.signatures.insert(note.signatures.begin(), {same_name, same_id});
  EXPECT_TRUE(verify_note(note, key).ok());
  note.signatures.pop_back();
  EXPECT_EQ(verify_note(note, key).error().reason, "CHECKPOINT_NOT_SIGNED_BY_LOG");
}

TEST(Note, OneGoodAndOneBadSignatureOfTheSameKeyIsRefused) {
  const NoteKey key = example_log();
  Note note = *parse_note(example_note);
  note.signatures.push_back(note.signatures[0]);
  EXPECT_TRUE(verify_note(note, key).ok());
  note.signatures[1].signature[5] ^= 1;
  EXPECT_EQ(verify_note(note, key).error().reason, "CHECKPOINT_SIGNATURE_INVALID");
}

TEST(Note, TheTextEndsAtTheLastEmptyLine) {
  const Note note = *parse_note("one\n\n\ntwo\n\n" + line);
  EXPECT_EQ(note.text, "one\n\n\ntwo\n");
  EXPECT_EQ(note.signatures.size(), 1U);
  EXPECT_EQ(note.signatures[0].signature, Bytes{0});
}

TEST(Note, WhatTheSpecificationForbidsIsMalformed) {
  for (const std::string& envelope : std::vector<std::string>{
           "",
           "text",
           "text\n",
           "text\n\n",
           "text\n" + line,
           "\n" + line,
           "text\n\n" + line + "\n",                      // an empty line at the end
           "text\n\n" + line.substr(0, line.size() - 1),  // the last line does not end
           "text\n\n- a AAAAAAA=\n",                      // not an em dash
           "text\n\n\u2014 a\n",
           "text\n\n\u2014 a \n",                 // no signature
           "text\n\n\u2014 a AAAA\n",             // shorter than a key id
           "text\n\n\u2014 a AAAAAA==\n",         // a key id and nothing more
           "text\n\n\u2014 a AAAAAAA\n",          // no padding
           "text\n\n\u2014 a AAAAAAA= \n",        // a space at the end
           "text\n\n\u2014 a AAAAAAB=\n",         // stray bits
           "text\n\n\u2014  AAAAAAA=\n",          // no name
           "text\n\n\u2014 a+b AAAAAAA=\n",       // plus in the name
           "text\n\n\u2014 a\u00a0b AAAAAAA=\n",  // no-break space
           "text\n\n\u2014 a\u2003b AAAAAAA=\n",  // em space
           "te\xffxt\n\n" + line,                 // not UTF-8
           "te\xc0\xaftext\n\n" + line,           // overlong
           "te\xed\xa0\x80xt\n\n" + line,         // a surrogate
           "te\rxt\n\n" + line,
           "te\txt\n\n" + line,  // control characters
           std::string("te\0xt\n\n", 7) + line}) {
    EXPECT_EQ(note_reason(envelope), "NOTE_MALFORMED") << envelope;
  }
}

TEST(Note, SizeAndNumberOfSignaturesAreBounded) {
  std::string envelope = "text\n\n";
  for (std::size_t i = 0; i < limits::checkpoint_signatures_max; ++i) envelope += line;
  EXPECT_EQ(note_reason(envelope), "");
  EXPECT_EQ(note_reason(envelope + line), "NOTE_TOO_MANY_SIGNATURES");
  EXPECT_EQ(note_reason(std::string(limits::checkpoint_bytes_max, 'x') + "\n\n" + line),
            "NOTE_TOO_LARGE");
}

TEST(NoteKey, ANameMustBeOneThatASignatureLineCanCarry) {
  const PublicKey key = example_log().key();
  for (const char* name : {"", "a b", "a+b", "a\nb", "a\u3000b", "\xff"}) {
    EXPECT_EQ(NoteKey::make(name, key).error().reason, "NOTE_KEY_NAME_INVALID") << name;
  }
}

TEST(NoteKey, EachKindOfKeySignsNotes) {
  for (const Algorithm algorithm :
       {Algorithm::ed25519, Algorithm::ecdsa_p256_sha256, Algorithm::rsa_pkcs1v15_2048_sha256}) {
    const testing::PrivateKey signer = testing::PrivateKey::make(algorithm);
    const NoteKey key = *NoteKey::make("log.example", *PublicKey::from_spki(signer.spki()));
    Note note{"text\n", {}};
    note.signatures.push_back(
        {key.name(), key.short_id(), signer.sign_message(as_bytes(note.text))});
    EXPECT_TRUE(verify_note(*parse_note(write_note(note)), key).ok()) << name_of(algorithm);
    note.text = "other\n";
    EXPECT_EQ(verify_note(note, key).error().reason, "CHECKPOINT_SIGNATURE_INVALID");
  }
}

TEST(NoteKey, IdsAreMadeAsSigstoreMakesThem) {
  const auto id_of = [](const testing::PrivateKey& signer) {
    return NoteKey::make("log.example", *PublicKey::from_spki(signer.spki()))->id();
  };
  const auto ecdsa = testing::PrivateKey::make(Algorithm::ecdsa_p256_sha256);
  EXPECT_EQ(id_of(ecdsa), sha256(ecdsa.spki()));
  const auto rsa = testing::PrivateKey::make(Algorithm::rsa_pkcs1v15_2048_sha256);
  EXPECT_EQ(id_of(rsa), sha256({as_bytes("log.example\n\xff"
                                         "PKIX-RSA-PKCS#1v1.5"),
                                rsa.spki()}));
}

TEST(Checkpoint, ReadsWhatItWrites) {
  const Checkpoint checkpoint{"log.example", 70000, leaf_hash(as_bytes("x")), {"Timestamp: 5"}};
  const std::string text = checkpoint_text(checkpoint);
  EXPECT_EQ(text, "log.example\n70000\n" + base64_encode(checkpoint.root) + "\nTimestamp: 5\n");
  const Checkpoint read = *parse_checkpoint(text);
  EXPECT_EQ(read.origin, checkpoint.origin);
  EXPECT_EQ(read.size, checkpoint.size);
  EXPECT_EQ(read.root, checkpoint.root);
  EXPECT_EQ(read.extensions, checkpoint.extensions);
}

TEST(Checkpoint, TheEmptyTreesCheckpointHasTheKnownRoot) {
  EXPECT_EQ(checkpoint_text({"log.example", 0, empty_root(), {}}),
            "log.example\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
}

TEST(Checkpoint, WhatTheSpecificationForbidsIsMalformed) {
  const std::string root = base64_encode(empty_root());
  for (const std::string& text : std::vector<std::string>{
           "", "\n", "o\n", "o\n1\n", "\n1\n" + root + "\n", "o\n1\n" + root, "o\n\n" + root + "\n",
           "o\n01\n" + root + "\n", "o\n+1\n" + root + "\n", "o\n-1\n" + root + "\n",
           "o\n 1\n" + root + "\n", "o\n1 \n" + root + "\n", "o\n0x1\n" + root + "\n",
           "o\n18446744073709551616\n" + root + "\n", "o\n1\nAAAA\n", "o\n1\n" + root + "=\n",
           "o\n1\n" + root + "\n\n", "o\n1\n" + root + "\next\n\next\n",
           "o\n1\n" + root + "\next"}) {
    const Result<Checkpoint> parsed = parse_checkpoint(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().reason, "CHECKPOINT_MALFORMED") << text;
  }
  EXPECT_EQ(parse_checkpoint("o\n18446744073709551615\n" + root + "\n")->size, ~std::uint64_t{0});
}

}  // namespace
}  // namespace chancery::tlog
