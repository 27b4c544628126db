#include "core/bundle/statement.h"
#include "core/base/limits/statements.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "core/base/json.h"

namespace chancery::bundle {
namespace {

constexpr std::string_view type_v1 = "https://in-toto.io/Statement/v1";
constexpr std::string_view type_v01 =
    "https://in-toto.io/Statement/v0.1";  // cosign still writes it

Error malformed(std::string_view what) {
  return invalid_request("STATEMENT_MALFORMED", fmt::format("in-toto statement: {}", what));
}

Error unknown_type(std::string_view what) {
  return invalid_request(
      "STATEMENT_TYPE_UNKNOWN",
      fmt::format("in-toto statement: {}; those of {} and {} are read", what, type_v1, type_v01));
}

const std::string* text_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get_ptr<const std::string*>()
                                                     : nullptr;
}

Result<void> check_members(const Json& object, std::span<const std::string_view> names,
                           std::string_view where, Extensions extensions) {
  if (extensions == Extensions::ignored) return {};
  for (const auto& [name, value] : object.items()) {
    if (std::ranges::find(names, name) != names.end()) continue;
    return malformed(fmt::format("{} has no member \"{}\"", where, name.substr(0, 80)));
  }
  return {};
}

constexpr std::string_view statement_members[] = {"_type", "subject", "predicateType", "predicate"};
// in-toto attestation v1, ResourceDescriptor, in both spellings of protobuf's JSON.
constexpr std::string_view subject_members[] = {
    "name",      "uri",        "digest",      "content", "downloadLocation", "download_location",
    "mediaType", "media_type", "annotations",
};

Result<Subject> read_subject(const Json& json, Extensions extensions) {
  if (!json.is_object()) return malformed("a subject is not an object");
  TRY(check_members(json, subject_members, "a subject", extensions));
  Subject subject;
  if (json.contains("name") && !json["name"].is_null()) {
    const std::string* name = text_member(json, "name");
    if (name == nullptr) return malformed("a subject's name is not text");
    subject.name = *name;
  }
  const auto digests = json.find("digest");
  if (digests == json.end() || !digests->is_object() || digests->empty()) {
    return malformed(fmt::format("subject \"{}\" has no digest", subject.name.substr(0, 80)));
  }
  if (digests->size() > limits::subject_digests_max) {
    return invalid_request("STATEMENT_TOO_MANY_SUBJECTS",
                           fmt::format("a subject has {} digests, at most {}", digests->size(),
                                       limits::subject_digests_max));
  }
  for (const auto& [algorithm, value] : digests->items()) {
    const auto* hex = value.get_ptr<const std::string*>();
    if (hex == nullptr) return malformed("a digest is not text");
    subject.digests.push_back({algorithm, *hex});
  }
  return subject;
}

void append_subject(std::string& out, const Subject& subject) {
  out += '{';
  if (!subject.name.empty()) {
    out += R"("name":)";
    append_json_string(out, subject.name);
    out += ',';
  }
  out += R"("digest":{)";
  for (std::size_t i = 0; i < subject.digests.size(); ++i) {
    if (i != 0) out += ',';
    append_json_string(out, subject.digests[i].algorithm);
    out += ':';
    append_json_string(out, subject.digests[i].hex);
  }
  out += "}}";
}

}  // namespace

Result<Statement> parse_statement(std::string_view payload, Extensions extensions) {
  if (payload.size() > limits::statement_bytes_max) {
    return invalid_request("STATEMENT_TOO_LARGE",
                           fmt::format("in-toto statement: {} bytes, at most {}", payload.size(),
                                       limits::statement_bytes_max));
  }
  // A predicate can have 64 MiB, and ten times that as values: it is judged but not kept.
  const Json json =
      TRY(parse_json_but("predicate", payload, "in-toto statement", limits::statement_bytes_max));
  if (!json.is_object()) return malformed("not an object");
  if (!json.contains("_type")) return unknown_type("it has no _type, which every statement has");
  const std::string* type = text_member(json, "_type");
  if (type == nullptr) return unknown_type("its _type is not text");
  if (*type != type_v1 && *type != type_v01) {
    return unknown_type(fmt::format("its _type \"{}\" is not known", type->substr(0, 80)));
  }
  const std::string* predicate_type = text_member(json, "predicateType");
  if (predicate_type == nullptr || predicate_type->empty()) return malformed("no predicateType");
  TRY(check_members(json, statement_members, "a statement", extensions));
  const auto predicate = json.find("predicate");
  if (predicate != json.end() && !predicate->is_object() && !predicate->is_null()) {
    return malformed("its predicate is not an object");
  }
  const auto subjects = json.find("subject");
  if (subjects == json.end() || subjects->is_null() ||
      (subjects->is_array() && subjects->empty())) {
    return invalid_request("STATEMENT_NO_SUBJECT", "in-toto statement: it is about no subject");
  }
  if (!subjects->is_array()) return malformed("subject is not a list");
  if (subjects->size() > limits::statement_subjects_max) {
    return invalid_request("STATEMENT_TOO_MANY_SUBJECTS",
                           fmt::format("in-toto statement: {} subjects, at most {}",
                                       subjects->size(), limits::statement_subjects_max));
  }
  Statement statement{*type, *predicate_type, {}};
  for (const Json& subject : *subjects) {
    statement.subjects.push_back(TRY(read_subject(subject, extensions)));
  }
  return statement;
}

std::string write_statement(const std::vector<Subject>& subjects, std::string_view predicate_type,
                            std::string_view predicate_json) {
  std::string out = fmt::format(R"({{"_type":"{}","subject":[)", type_v1);
  out.reserve(out.size() + predicate_json.size() + 256 * (subjects.size() + 1));
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    if (i != 0) out += ',';
    append_subject(out, subjects[i]);
  }
  out += R"(],"predicateType":)";
  append_json_string(out, predicate_type);
  out += R"(,"predicate":)";
  out += predicate_json;
  out += '}';
  return out;
}

}  // namespace chancery::bundle
