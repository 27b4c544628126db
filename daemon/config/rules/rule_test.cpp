// [[test]]: what the rules are to say of somebody.
#include "core/base/limits/statements.h"
#include "core/base/rfc3339.h"
#include "daemon/config/rules/rules.h"

namespace chancery::daemon {
namespace {

// No rule can name it.
constexpr std::uint32_t no_group = 0xffffffff;

void read_subject(TableReader& reader, const Host& host, RuleTest& test) {
  if (const ConfigValue* user = reader.any("user")) {
    test.peer.uid = read_id(reader, "user", {"user", host.uid_of}, *user).value_or(0);
  } else {
    reader.miss("user", "who asks, by name or number");
  }
  test.peer.groups = read_ids(reader, "groups", {"group", host.gid_of});
  test.peer.gid = test.peer.groups.empty() ? no_group : test.peer.groups.front();
  test.peer.unit = reader.text("unit", "a system unit such as \"build.service\"").value_or("");
  test.peer.is_pid_certain = true;
}

void read_wish(TableReader& reader, RuleTest& test) {
  test.profile = reader.text("profile", "a [[profile]]").value_or("");
  test.method = reader.text("method", "a method such as \"Keys.MakeKey\"").value_or("");
  if (reader.has("profile") == reader.has("method")) {
    reader.refuse(reader.has("method") ? "method" : "profile",
                  "is what is asked for; expected either a profile or a method");
  }
  const auto type = reader.text("predicate_type", "the type of a statement");
  if (type) {
    test.kind = policy::Kind::statement;
    test.predicate_type = *type;
  }
  test.artifacts = read_texts(reader, "artifacts", "names of the statement's subjects");
  if (reader.has("artifacts") && !type) {
    reader.refuse("artifacts", "stands without predicate_type; expected both, for a statement");
  }
  constexpr std::string_view moment = "a time such as \"2026-01-05T12:00:00Z\"";
  if (const auto text = reader.text("at", moment)) {
    const Result<WallTime> at = parse_rfc3339(*text);
    if (at.ok()) {
      test.at = *at;
    } else {
      reader.refuse("at", "is " + quote(*text) + "; expected " + std::string(moment));
    }
  }
}

}  // namespace

RuleTest read_rule_test(const ConfigTable& table, const Host& host, ProblemList& problems) {
  TableReader reader(table, place_of("test", table), problems);
  RuleTest test;
  test.line = reader.line();
  test.name = reader.required_text("name", "what it shows, in words");
  read_subject(reader, host, test);
  read_wish(reader, test);
  const std::string expect = reader.required_text("expect", "\"allow\" or \"deny\"");
  test.allowed = expect == "allow";
  if (!test.allowed && expect != "deny" && !expect.empty()) {
    reader.refuse("expect", "is " + quote(expect) + "; expected \"allow\" or \"deny\"");
  }
  test.rule = reader.name("rule", "the [[rule]] that allows, or is the nearest").value_or("");
  reader.refuse_others();
  return test;
}

}  // namespace chancery::daemon
