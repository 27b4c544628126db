// in-toto statements: what a DSSE envelope vouches for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace chancery::bundle {

struct SubjectDigest {
  std::string algorithm;  // "sha256", ...: as written, unknown ones are kept
  std::string hex;
};
struct Subject {
  std::string name;
  std::vector<SubjectDigest> digests;
};
struct Statement {
  std::string type;  // "https://in-toto.io/Statement/v1" or v0.1
  std::string predicate_type;
  std::vector<Subject> subjects;
};

// Members that in-toto does not name. Its parsing rules let producers add them and have consumers
// ignore them; stock verifiers read protobuf's JSON and refuse them, so they must not be signed.
enum class Extensions { ignored, refused };

// Reads and checks a statement. Errors (invalid_request): those of parse_json, and
// STATEMENT_MALFORMED, STATEMENT_TYPE_UNKNOWN, STATEMENT_NO_SUBJECT, STATEMENT_TOO_MANY_SUBJECTS,
// STATEMENT_TOO_LARGE.
Result<Statement> parse_statement(std::string_view payload, Extensions extensions);

// A v1 statement over the subjects; `predicate_json` is put in as it is (the caller has parsed it).
std::string write_statement(const std::vector<Subject>& subjects, std::string_view predicate_type,
                            std::string_view predicate_json);

}  // namespace chancery::bundle
