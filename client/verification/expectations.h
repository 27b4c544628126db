// What is expected of a signer, said with the words of cosign's options wherever it has one. The
// command line and policy files use the same words.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/bundle/policy.h"

namespace chancery::client {

// As it was said; empty: not said, and beside it what holds then.
struct Expectations {
  std::string key;  // a file, PEM
  std::string identity;
  std::string identity_pattern;
  std::string issuer;
  std::string issuer_pattern;
  std::map<std::string, std::string, std::less<>> fields;  // by name (core/crypto/x509/fulcio.h)
  std::string predicate_type;
  std::optional<std::uint64_t> logs_min;        // 1
  std::optional<std::uint64_t> timestamps_min;  // 0
  std::optional<std::uint64_t> scts_min;        // 1
  bool use_signed_timestamps = false;
  bool ignore_logs = false;
  bool ignore_scts = false;
};

// Whoever can read options: a command line, a JSON object.
class OptionReader {
 public:
  virtual ~OptionReader() = default;
  // What follows is about this.
  virtual void heading(const std::string& text) = 0;
  // `value` is what the help calls the value.
  virtual void text(const std::string& name, const std::string& value, std::string& into,
                    const std::string& help) = 0;
  virtual void number(const std::string& name, const std::string& value,
                      std::optional<std::uint64_t>& into, const std::string& help) = 0;
  virtual void flag(const std::string& name, bool& into, const std::string& help) = 0;
};

// Shows the reader every option there is.
void read_options(OptionReader& reader, Expectations& into);

// Whether anything is said at all.
bool says_anything(const Expectations& expectations);

// Everything but the key itself, which is in a file. Errors (invalid_request):
// EXPECTATION_MISSING, EXPECTATIONS_CONTRADICT, PREDICATE_TYPE_UNKNOWN, PATTERN_INVALID.
Result<bundle::Policy> policy_of(const Expectations& expectations);

}  // namespace chancery::client
