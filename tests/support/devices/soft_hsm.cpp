#include "tests/support/devices/soft_hsm.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "tests/support/program_run.h"

namespace chancery::testing {
namespace {

std::string toml_value(const std::string& option, const std::string& value) {
  const bool is_list = option == "environment" || option == "reads" || option == "writes";
  return is_list ? fmt::format("[\"{}\"]", value) : fmt::format("\"{}\"", value);
}

}  // namespace

SoftHsm::SoftHsm() {
  std::filesystem::create_directory(directory_ / "tokens");
  std::filesystem::create_directory(directory());
  std::filesystem::permissions(directory(), std::filesystem::perms(0700));
  write_text(configuration(), fmt::format("directories.tokendir = {}\nobjectstore.backend = file\n"
                                          "log.level = ERROR\nslots.removable = false\n",
                                          (directory_ / "tokens").string()));
  configure_pin(pin());
  add_token("test");
}

void SoftHsm::add_token(std::string_view label) const {
  tool("softhsm2-util", {"--init-token", "--free", "--label", std::string(label), "--so-pin",
                         "officer-pin", "--pin", pin()});
}

std::vector<std::filesystem::path> SoftHsm::import_key(const std::string& label) const {
  const auto objects = [this] {
    std::set<std::filesystem::path> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_ / "tokens")) {
      out.insert(entry.path());
    }
    return out;
  };
  const std::set<std::filesystem::path> before = objects();
  tool("openssl", {"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
                   "imported.pem"});
  tool("softhsm2-util", {"--import", "imported.pem", "--token", "test", "--label", label, "--id",
                         "ab", "--pin", pin()});
  std::vector<std::filesystem::path> out;
  std::ranges::set_difference(objects(), before, std::back_inserter(out));
  return out;
}

void SoftHsm::tool(const std::string& name, const std::vector<std::string>& arguments) const {
  const ProgramOutcome done = run({.program = "/usr/bin/" + name,
                                   .arguments = arguments,
                                   .working_directory = directory_.path(),
                                   .environment = {{"SOFTHSM2_CONF", configuration().string()}}});
  ASSERT_EQ(done.status, 0) << done.out << done.err;
}

BackendConfig SoftHsm::config(std::string_view module) const {
  return {"hsm",
          {{"module", std::string(module)},
           {"token", "pkcs11:token=test"},
           {"directory", directory().string()},
           {"pin_file", pin_file().string()},
           {"environment", fmt::format("SOFTHSM2_CONF={}", configuration().string())},
           {"reads", configuration().string()},
           {"writes", directory_.path().string()}}};
}

std::string SoftHsm::table(std::string_view name) const {
  std::string out = fmt::format("[[backend]]\nname = \"{}\"\ntype = \"pkcs11\"\n", name);
  for (const auto& [option, value] : config().options) {
    out += fmt::format("{} = {}\n", option, toml_value(option, value));
  }
  return out;
}

void SoftHsm::configure_pin(std::string_view pin) const {
  write_text(pin_file(), fmt::format("{}\n", pin));
  std::filesystem::permissions(pin_file(), std::filesystem::perms(0600));
}

void SoftHsm::take_away() const {
  std::filesystem::rename(directory_ / "tokens", directory_ / "away");
}

void SoftHsm::bring_back() const {
  std::filesystem::rename(directory_ / "away", directory_ / "tokens");
}

}  // namespace chancery::testing
