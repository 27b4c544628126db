// What a caller expects of a bundle. Whatever leaves a check out says so in its name.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/crypto/public_key.h"

namespace re2 {
class RE2;
}

namespace chancery::bundle {

// A text that is expected, byte for byte: no case folding, no normalising. Or a pattern that must
// match the whole of it. Immutable; any thread.
class TextRule {
 public:
  static TextRule exactly(std::string text);
  // RE2 syntax. Error: invalid_request PATTERN_INVALID.
  static Result<TextRule> matching(std::string pattern);

  bool accepts(std::string_view text) const;
  // Whether it does without a text: a pattern that matches the empty one. What is to be exactly
  // something must be there, and an empty text is what an unset variable makes of it.
  bool accepts_none() const { return pattern_ != nullptr && accepts(""); }
  std::string words() const;  // "\"text\"", "a match of \"pattern\"": for messages
  // Why `found` is not accepted: what is expected, and what a pattern that fits a part would need.
  std::string objection_to(std::string_view found) const;

 private:
  TextRule(std::string text, std::shared_ptr<const re2::RE2> pattern);
  std::string text_;
  std::shared_ptr<const re2::RE2> pattern_;  // nullptr: exactly text_
};

// One extension of Fulcio's certificates.
struct FieldRule {
  std::string field;  // its name in fulcio_fields()
  TextRule value;
};

struct Policy {
  // Who signed: either the key, or identity and issuer of a certificate (both).
  std::optional<PublicKey> key;
  std::optional<TextRule> identity;
  std::optional<TextRule> issuer;
  std::vector<FieldRule> fields;
  // Of a DSSE envelope; a bundle over the artefact itself is refused where it is given.
  std::optional<TextRule> predicate_type;

  // How many must verify; those of one operator count once. Below 1 counts as 1.
  unsigned log_entries_min = 1;
  unsigned scts_min = 1;
  // Signed timestamps. 0: a time that a log gave will do too.
  unsigned timestamps_min = 0;

  bool ignore_transparency_log_unsafe = false;  // entries are not looked at, nor are their times
  bool ignore_scts_unsafe = false;
  bool accept_any_identity_unsafe = false;

  // Whether anything is asked of what a certificate says.
  bool expects_identity() const { return identity || issuer || !fields.empty(); }
};

}  // namespace chancery::bundle
