// Every case of the catalogue, with the artefact and with its digest alone.
#include "tests/support/sigstore/catalogue/catalogue.h"

#include <gtest/gtest.h>

#include <set>

namespace chancery::bundle {
namespace {

using testing::catalogue;
using testing::CatalogueCase;
using testing::Given;

class Catalogue : public ::testing::TestWithParam<CatalogueCase> {};

TEST_P(Catalogue, IsJudgedAsItShouldBe) {
  const testing::Material material = GetParam().material();
  for (const Given given : {Given::file, Given::digest}) {
    const Verdict verdict = judge(material, given);
    EXPECT_EQ(verdict.verified() ? "" : verdict.refusal->reason, GetParam().expected(given))
        << (given == Given::file ? "by file: " : "by digest: ")
        << (verdict.verified() ? "verified" : verdict.refusal->message);
  }
}

INSTANTIATE_TEST_SUITE_P(Each, Catalogue, ::testing::ValuesIn(catalogue()),
                         [](const ::testing::TestParamInfo<CatalogueCase>& each) {
                           return each.param.name;
                         });

TEST(CatalogueItself, NamesNothingTwice) {
  std::set<std::string> names;
  for (const CatalogueCase& each : catalogue()) EXPECT_TRUE(names.insert(each.name).second);
}

}  // namespace
}  // namespace chancery::bundle
