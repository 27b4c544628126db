// What the local log costs by itself, at a small and a large size: nodes, proofs, sealed batches.
// Then with files and a journal: what a projection adds.
//
//   log_rate DIRECTORY SIZE...
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <latch>

#include "daemon/local_log/projector.h"
#include "daemon/local_log/sealer.h"
#include "tests/support/journal/log_host.h"

namespace chancery::testing {
namespace {

using daemon::AppendedEntry;

double cpu_us() {
  struct rusage usage {};
  getrusage(RUSAGE_SELF, &usage);
  const auto us = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

double thread_cpu_us() {
  struct timespec time {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

long resident_kib() {
  struct rusage usage {};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

tlog::Hash leaf(std::uint64_t index) {
  tlog::Hash hash{};
  for (unsigned i = 0; i < 8; ++i) hash[i] = static_cast<std::uint8_t>(index >> (8 * i));
  return hash;
}

tlog::EdgeTree grown(std::uint64_t size) {
  tlog::EdgeTree tree;
  while (tree.size() < size) {
    tree.append(leaf(tree.size()));
    if (tree.size() % 100000 == 0) tree.forget_before(tree.size());
  }
  tree.forget_before(size);
  return tree;
}

void measure_tree(std::uint64_t size) {
  constexpr unsigned rounds = 20000;
  tlog::EdgeTree tree = grown(size);
  double before = cpu_us();
  for (unsigned i = 0; i < rounds; ++i) tree.append(leaf(tree.size()));
  std::printf("  append            %8.2f us\n", (cpu_us() - before) / rounds);
  before = cpu_us();
  for (unsigned i = 0; i < rounds; ++i) (void)tree.root();
  std::printf("  root              %8.2f us\n", (cpu_us() - before) / rounds);
  before = cpu_us();
  std::size_t hashes = 0;
  for (unsigned i = 0; i < rounds; ++i) {
    hashes += tlog::prove_inclusion(tree.size() - 1 - i % 256, tree.size(), tree)->size();
  }
  std::printf("  proof, recent     %8.2f us  (%zu hashes)\n", (cpu_us() - before) / rounds,
              hashes / rounds);
}

// The files are as they were written.
Result<std::vector<daemon::SignedRecord>> nothing_signed(std::uint64_t, std::uint64_t) {
  return std::vector<daemon::SignedRecord>();
}

// Everything the sealer does for an entry, the fake key host's Ed25519 signature included.
void measure_sealing(std::uint64_t size, std::ptrdiff_t batch) {
  FakeKeyHost key_host;
  const auto deadline = Deadline::after(std::chrono::seconds(1));
  const KeyInfo info = *key_host.make_key("log", Algorithm::ed25519, deadline);
  daemon::CheckpointSigner signer(
      *tlog::NoteKey::make("log.example", *PublicKey::from_spki(info.spki)), "log", key_host);
  const auto files = daemon::Files::open(std::filesystem::temp_directory_path()).value();
  daemon::Alarms alarms([] { return WallTime(); });
  daemon::SoundFiles sound(*files, nothing_signed, alarms);
  daemon::LogTree tree(grown(size), size, sound);
  daemon::SignedTree newest = *signer.begin(tree.head()).get();
  daemon::Sealer sealer(tree, std::move(signer), std::move(newest),
                        [](const daemon::SignedTree&) {});
  const std::size_t signatures = key_host.signatures();
  const double before = cpu_us();
  std::uint64_t next = size;
  for (const std::uint64_t end = size + 16384; next < end;) {
    std::latch waiting(batch);
    std::vector<AppendedEntry> entries;
    for (std::ptrdiff_t i = 0; i < batch; ++i, ++next) entries.push_back({next, leaf(next)});
    for (const AppendedEntry& entry : entries) {
      sealer.await(entry.index, entry.leaf, [&waiting](const Result<daemon::Inclusion>& proof) {
        CHANCERY_ASSERT(proof.ok());
        waiting.count_down();
      });
    }
    sealer.append(entries);
    waiting.wait();
  }
  const double spent = cpu_us() - before;
  const auto entries = static_cast<double>(next - size);
  std::printf("  sealed in %4td     %8.2f us  (%.1f entries a checkpoint)\n", batch,
              spent / entries, entries / static_cast<double>(key_host.signatures() - signatures));
}

// A log that has begun, whose files follow by so many entries at once. Only the files and the
// journal's record of them are measured.
void measure_files(const std::filesystem::path& directory, std::uint64_t entries) {
  constexpr unsigned rounds = 10;
  std::filesystem::create_directories(directory);
  LogHost host(directory);
  CHANCERY_ASSERT(host.open().ok());
  host.key_host.fail_with(unavailable("BENCH", "so the log's own files stay where they are"));
  const auto files = daemon::Files::open(directory / "measured").value();
  CHANCERY_ASSERT(files->make_directory(".state").ok());
  daemon::SoundFiles sound(*files, nothing_signed, host.alarms);
  daemon::LogTree tree({}, 0, sound);
  daemon::Projector projector(*files, tree, host.journal(), {});
  double cpu = 0;
  std::chrono::duration<double, std::micro> time{0};
  for (unsigned round = 0; round <= rounds; ++round) {
    host.append(entries);
    std::vector<AppendedEntry> appended;
    for (std::uint64_t i = tree.size(); i < host.journal().log_size(); ++i) {
      appended.push_back({i, tlog::leaf_hash(as_bytes(LogHost::body(i)))});
    }
    tree.append(appended);
    const double before = thread_cpu_us();
    const auto start = std::chrono::steady_clock::now();
    CHANCERY_ASSERT(projector.project({tree.head(), "a note"}).ok());
    if (round == 0) continue;  // it makes the directories
    cpu += thread_cpu_us() - before;
    time += std::chrono::steady_clock::now() - start;
  }
  std::printf(
      "  %6lu at once     %8.2f us CPU an entry; %.0f us CPU and %.0f us in all each time\n",
      entries, cpu / rounds / static_cast<double>(entries), cpu / rounds, time.count() / rounds);
}

}  // namespace
}  // namespace chancery::testing

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s DIRECTORY SIZE...\n", argv[0]);
    return 2;
  }
  for (int i = 2; i < argc; ++i) {
    const auto size = static_cast<std::uint64_t>(std::strtoull(argv[i], nullptr, 10));
    std::printf("log of %lu entries, CPU each:\n", size);
    chancery::testing::measure_tree(size);
    for (const std::ptrdiff_t batch : {1, 16, 64, 256}) {
      chancery::testing::measure_sealing(size, batch);
    }
  }
  std::printf("projection, CPU each:\n");
  for (const std::uint64_t entries : {1U, 64U, 400U, 4000U, 20000U}) {
    chancery::testing::measure_files(std::filesystem::path(argv[1]) / std::to_string(entries),
                                     entries);
  }
  std::printf("peak resident %ld KiB\n", chancery::testing::resident_kib());
  return 0;
}
