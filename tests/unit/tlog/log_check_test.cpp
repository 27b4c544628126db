#include "core/tlog/log_check.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/private_key.h"
#include "tests/unit/tlog/memory_files.h"

namespace chancery::tlog {
namespace {

class WrittenLog : public ::testing::Test {
 protected:
  void write(std::size_t size) {
    files_ = written_log(size);
    sign({"log.example", size, naive_root(test_leaves(size)), {}});
  }
  void sign(const Checkpoint& checkpoint) {
    const std::string text = checkpoint_text(checkpoint);
    const Note note{text, {{key_.name(), key_.short_id(), signer_.sign(as_bytes(text))}}};
    files_.files["checkpoint"] = to_bytes(as_bytes(write_note(note)));
  }
  std::string reason() {
    const Result<Checkpoint> checked = check_log(files_, key_, [](auto, auto) {});
    return checked.ok() ? "" : checked.error().reason;
  }

  testing::PrivateKey signer_ = testing::PrivateKey::make(Algorithm::ed25519);
  NoteKey key_ = *NoteKey::make("log.example", *PublicKey::from_spki(signer_.spki()));
  MemoryFiles files_;
};

TEST_F(WrittenLog, OfEachShapeVerifies) {
  for (const std::size_t size : {0U, 1U, 255U, 256U, 257U, 700U, 65536U, 66000U}) {
    write(size);
    EXPECT_EQ(reason(), "") << size;
  }
}

TEST_F(WrittenLog, ProgressEndsAtTheWhole) {
  write(700);
  std::vector<std::uint64_t> told;
  const Result<Checkpoint> checked = check_log(files_, key_, [&](auto done, auto total) {
    told.push_back(done);
    EXPECT_EQ(total, 700U);
  });
  EXPECT_EQ(checked->size, 700U);
  EXPECT_EQ(told, (std::vector<std::uint64_t>{256, 512, 700}));
}

TEST_F(WrittenLog, AFlippedBitInAnyFileIsFound) {
  write(600);
  const auto good = files_.files;
  for (const auto& [path, bytes] : good) {
    for (const std::size_t at : {std::size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
      files_.files = good;
      files_.files[path][at] ^= 0x01;
      EXPECT_NE(reason(), "") << path << " byte " << at;
    }
  }
}

TEST_F(WrittenLog, AFileThatIsMissingIsNamed) {
  write(600);
  const auto good = files_.files;
  for (const auto& [path, bytes] : good) {
    files_.files = good;
    files_.files.erase(path);
    const Result<Checkpoint> checked = check_log(files_, key_, [](auto, auto) {});
    ASSERT_FALSE(checked.ok()) << path;
    EXPECT_NE(checked.error().message.find(path), std::string::npos) << checked.error().message;
  }
}

TEST_F(WrittenLog, EachContradictionHasItsReason) {
  write(600);
  files_.files["tile/0/001"][40] ^= 1;
  EXPECT_EQ(reason(), "TILE_CONTRADICTS_ENTRIES");
  write(600);
  files_.files["tile/1/000.p/2"][0] ^= 1;
  EXPECT_EQ(reason(), "TILE_CONTRADICTS_ENTRIES");
  write(600);
  files_.files["tile/entries/000"][2] ^= 1;
  EXPECT_EQ(reason(), "TILE_CONTRADICTS_ENTRIES");
  write(600);
  sign({"log.example", 600, empty_root(), {}});
  EXPECT_EQ(reason(), "ROOT_CONTRADICTS_ENTRIES");
  sign({"other.example", 600, naive_root(test_leaves(600)), {}});
  EXPECT_EQ(reason(), "CHECKPOINT_ORIGIN_WRONG");
  files_.files["checkpoint"].back() = 'x';
  EXPECT_EQ(reason(), "NOTE_MALFORMED");
  files_.files.erase("checkpoint");
  EXPECT_EQ(reason(), "CHECKPOINT_MISSING");
}

TEST_F(WrittenLog, OfAnotherKeyIsRefused) {
  write(3);
  signer_ = testing::PrivateKey::make(Algorithm::ed25519);
  sign({"log.example", 3, naive_root(test_leaves(3)), {}});
  EXPECT_EQ(reason(), "CHECKPOINT_SIGNATURE_INVALID");
  key_ = *NoteKey::make("log.example", *PublicKey::from_spki(signer_.spki()));
  EXPECT_EQ(reason(), "CHECKPOINT_NOT_SIGNED_BY_LOG");
  sign({"log.example", 3, naive_root(test_leaves(3)), {}});
  EXPECT_EQ(reason(), "");
  key_ = *NoteKey::make("elsewhere.example", key_.key());
  EXPECT_EQ(reason(), "CHECKPOINT_NOT_SIGNED_BY_LOG");
}

}  // namespace
}  // namespace chancery::tlog
