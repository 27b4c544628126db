// verify_rate [BUNDLES]: how many bundles of distinct signers and artefacts one `chancery verify
// --list` judges in a second of one core, beside what libcrypto verifies in that time.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "tests/bench/raw_signer.h"
#include "tests/support/sigstore/scene.h"
#include "tests/support/temporary_directory.h"

namespace chancery::bench {
namespace {

using testing::Scene;
using testing::TemporaryDirectory;

struct Curve {
  std::string name;
  Algorithm algorithm;
};

// The same services for all; a key, a certificate and an artefact for each.
void sign_many(const TemporaryDirectory& directory, const Curve& curve, std::size_t count) {
  Scene scene;
  scene.ca = testing::MemoryCa(curve.algorithm);
  scene.root.certificate_authorities = {scene.ca.trusted({.start = {}, .end = {}})};
  std::string list;
  for (std::size_t index = 0; index < count; ++index) {
    const std::string name = directory / std::to_string(index);
    scene.key = testing::SigningKey::make(curve.algorithm);
    scene.artefact = name;
    const testing::Material material = scene.sign().material();
    testing::write_text(name, material.artefact);
    testing::write_text(name + ".sigstore.json", material.bundle);
    if (index == 0) testing::write_text(directory / "trusted_root.json", material.trusted_root);
    list += name + "\n";
  }
  testing::write_text(directory / "list", list);
}

struct Batch {
  double cpu_seconds;
  double wall_seconds;
};

Batch verify_all(const TemporaryDirectory& directory, const std::filesystem::path& programs) {
  const Scene scene;
  const std::string program = programs / "chancery";
  const std::string root = directory / "trusted_root.json";
  const std::string list = directory / "list";
  std::fflush(stdout);  // or the child would say it again
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    CHANCERY_ASSERT(std::freopen("/dev/null", "w", stdout) != nullptr);
    ::execl(program.c_str(), program.c_str(), "verify", "--json", "--trusted-root", root.c_str(),
            "--certificate-identity", scene.told.identity.c_str(), "--certificate-oidc-issuer",
            scene.told.issuer.c_str(), "--list", list.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  rusage used{};
  ::wait4(child, &status, 0, &used);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  CHANCERY_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return {seconds(used.ru_utime) + seconds(used.ru_stime), wall.count()};
}

void measure(const Curve& curve, std::size_t count, const std::filesystem::path& programs) {
  const TemporaryDirectory directory;
  sign_many(directory, curve, count);
  const RawRate raw = measure_raw(curve.name, std::chrono::milliseconds(500));
  const Batch batch = verify_all(directory, programs);
  const double each_us = batch.cpu_seconds * 1e6 / static_cast<double>(count);
  fmt::print(
      "{}: {} bundles in {:.2f} s; {:.0f} a second of one core, {:.0f} µs each; libcrypto verifies "
      "in {:.0f} µs, so a bundle costs as much as {:.1f} verifications\n",
      curve.name, count, batch.wall_seconds, 1e6 / each_us, each_us, raw.verify_us,
      each_us / raw.verify_us);
}

}  // namespace
}  // namespace chancery::bench

int main(int argc, char** argv) {
  using namespace chancery;
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 5'000;
  if (count == 0) {
    fmt::print(stderr, "usage: verify_rate [BUNDLES]\n");
    return 2;
  }
  const auto programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  bench::measure({"P-256", Algorithm::ecdsa_p256_sha256}, count, programs);
  bench::measure({"P-384", Algorithm::ecdsa_p384_sha384}, count, programs);
}
