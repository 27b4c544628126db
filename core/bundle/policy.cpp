#include "core/bundle/policy.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "core/base/limits/bundles.h"

namespace chancery::bundle {

TextRule::TextRule(std::string text, std::shared_ptr<const re2::RE2> pattern)
    : text_(std::move(text)), pattern_(std::move(pattern)) {}

TextRule TextRule::exactly(std::string text) { return {std::move(text), nullptr}; }

Result<TextRule> TextRule::matching(std::string pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(limits::pattern_memory_max);
  auto compiled = std::make_shared<const re2::RE2>(pattern, options);
  if (!compiled->ok()) {
    return invalid_request("PATTERN_INVALID",
                           fmt::format("\"{}\" is no regular expression: {}",
                                       pattern.substr(0, 120), compiled->error()));
  }
  return TextRule(std::move(pattern), std::move(compiled));
}

bool TextRule::accepts(std::string_view text) const {
  if (pattern_ == nullptr) return text == text_;
  return re2::RE2::FullMatch({text.data(), text.size()}, *pattern_);
}

std::string TextRule::words() const {
  return fmt::format("{}\"{}\"", pattern_ == nullptr ? "" : "a match of ", text_);
}

std::string TextRule::objection_to(std::string_view found) const {
  std::string objection = words() + " is expected";
  if (pattern_ == nullptr) return objection;
  re2::StringPiece part;
  const bool matches_part =
      pattern_->Match({found.data(), found.size()}, 0, found.size(), RE2::UNANCHORED, &part, 1);
  // Nothing is a part of everything.
  if (matches_part && !part.empty()) {
    objection +=
        "; the pattern matches a part, and must match the whole text: \".*\" stands for any rest";
  }
  return objection;
}

}  // namespace chancery::bundle
