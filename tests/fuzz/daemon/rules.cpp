// Any bytes as a rules' file: an answer, never a crash, no problem without words; and rules that
// hold allow nobody whom they do not name.
#include <cstdint>
#include <cstdlib>

#include "core/policy/decide.h"
#include "daemon/config/rules/rules.h"
#include "daemon/config/rules/run_tests.h"

namespace {

std::optional<std::uint32_t> find_id(const std::string& name) {
  return name == "ci" ? std::optional<std::uint32_t>(50) : std::nullopt;
}

// No look-up gives it, and it is above what a number may be.
constexpr std::uint32_t nobody = 0xffffffff;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace chancery;
  daemon::Config config;
  config.rules_file = "fuzz.toml";
  config.profiles = {
      {.name = "release", .keys = {{"disk", "release"}}},
      {.name = "provenance", .keys = {{"disk", "provenance"}}, .signs = daemon::Signs::statements}};
  daemon::ProblemList problems;
  const daemon::Host host{find_id, find_id, nullptr};
  daemon::parse_rules({reinterpret_cast<const char*>(data), size}, host, config, problems);
  for (const auto& problem : problems.problems) {
    if (problem.message.empty() || problem.file.empty()) std::abort();
  }
  if (!problems.problems.empty()) return 0;
  for (const auto& outcome : daemon::run_rule_tests(config)) {
    if (outcome.message.empty()) std::abort();
  }
  const policy::Peer stranger{.uid = nobody, .gid = nobody};
  if (policy::decide_profile(config.rules, stranger, "release").allowed) std::abort();
  return 0;
}
