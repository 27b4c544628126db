// The course of one judgement, as it goes.
#pragma once

#include <string_view>

#include "core/bundle/verdict.h"

namespace chancery::bundle {

// Writes into a verdict, which outlives it. One thread.
class Trace {
 public:
  explicit Trace(Verdict& verdict) : verdict_(&verdict) {}

  // Names the check that comes next, which fails unless it passes.
  void check(std::string_view name) { verdict_->failed_check = name; }
  void pass(std::string detail) {
    verdict_->passed.push_back({verdict_->failed_check, std::move(detail)});
  }

  // What held on a way that led nowhere says nothing: back to where the ways parted.
  using Place = std::size_t;
  Place place() const { return verdict_->passed.size(); }
  void back_to(Place place) { verdict_->passed.resize(place); }

 private:
  Verdict* verdict_;
};

}  // namespace chancery::bundle
