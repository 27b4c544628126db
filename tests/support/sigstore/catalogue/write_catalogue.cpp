// write_catalogue DIRECTORY: every case as files, for other verifiers to judge:
//   NAME/bundle.sigstore.json  NAME/trusted_root.json  NAME/artifact  NAME/key.pem (signed with a
//   key) cases.json: [{"name", "expected", "expected_by_digest", "digest", "key"} or {...,
//   "identity", "issuer"}]; "expected" is "accepted" or our reason.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "core/base/encoding.h"
#include "core/base/json.h"
#include "tests/support/sigstore/catalogue/catalogue.h"

namespace chancery::testing {
namespace {

void write_file(const std::filesystem::path& path, std::string_view content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  if (!file) {
    std::cerr << "cannot write " << path << "\n";
    std::exit(3);
  }
}

std::string verdict_of(const CatalogueCase& each, Given given) {
  const std::string reason = each.expected(given);
  return reason.empty() ? "accepted" : reason;
}

Json write_case(const std::filesystem::path& directory, const CatalogueCase& each) {
  const Material material = each.material();
  std::filesystem::create_directories(directory / each.name);
  write_file(directory / each.name / "bundle.sigstore.json", material.bundle);
  write_file(directory / each.name / "trusted_root.json", material.trusted_root);
  write_file(directory / each.name / "artifact", material.artefact);
  Json json = {{"name", each.name},
               {"expected", verdict_of(each, Given::file)},
               {"expected_by_digest", verdict_of(each, Given::digest)},
               {"digest", "sha256:" + hex_encode(sha256(as_bytes(material.artefact)))}};
  if (material.key_pem.empty()) {
    json["identity"] = material.identity;
    json["issuer"] = material.issuer;
  } else {
    json["key"] = "key.pem";
    write_file(directory / each.name / "key.pem", material.key_pem);
  }
  return json;
}

}  // namespace
}  // namespace chancery::testing

int main(int argc, char** argv) {
  using namespace chancery::testing;
  if (argc != 2) {
    std::cerr << "usage: write_catalogue DIRECTORY\n";
    return 2;
  }
  chancery::Json cases = chancery::Json::array();
  for (const CatalogueCase& each : catalogue()) cases.push_back(write_case(argv[1], each));
  write_file(std::filesystem::path(argv[1]) / "cases.json", cases.dump(1) + "\n");
  std::cout << cases.size() << " cases\n";
  return 0;
}
