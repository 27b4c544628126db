// A text in a rule that others are held against: exactly, as a glob, or as a regular expression.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace re2 {
class RE2;
}

namespace chancery::policy {

// Always the whole of a text, without folding; a text that is not UTF-8 matches no '*'. Immutable;
// any thread.
class Pattern {
 public:
  // A glob: '*' is any characters, '?' is one of them, '\' takes what follows as it is. After "re:"
  // a regular expression of RE2, which takes time linear in the text.
  // Error: invalid_request PATTERN_INVALID: it is none, or larger than limits/rules.h allows.
  static Result<Pattern> parse(std::string_view text);

  bool matches(std::string_view text) const;
  const std::string& text() const { return text_; }  // as it was written

 private:
  Pattern(std::string text, std::shared_ptr<const re2::RE2> expression)
      : text_(std::move(text)), expression_(std::move(expression)) {}

  std::string text_;
  std::shared_ptr<const re2::RE2> expression_;  // globs are compiled, too
};

}  // namespace chancery::policy
