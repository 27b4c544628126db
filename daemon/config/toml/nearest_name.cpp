#include "daemon/config/toml/nearest_name.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace chancery::daemon {
namespace {

constexpr std::size_t compared_bytes_max = 64;  // the distance costs the product of both lengths
constexpr std::size_t told_names_max = 20;

// Edits of one byte: insert, delete, replace, or swap two neighbours.
std::size_t count_edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), 0U);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last.back();
}

}  // namespace

std::string_view nearest_name(std::string_view written, std::span<const std::string> candidates) {
  if (written.size() > compared_bytes_max) return {};
  std::string_view nearest;
  std::size_t fewest = std::max<std::size_t>(written.size() / 3, 1) + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > compared_bytes_max) continue;
    const std::size_t edits = count_edits(written, candidate);
    if (edits < fewest && edits < candidate.size()) {
      fewest = edits;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string suggest_names(std::string_view written, std::span<const std::string> candidates) {
  const std::string_view nearest = nearest_name(written, candidates);
  if (!nearest.empty()) return "; did you mean \"" + std::string(nearest) + "\"?";
  if (candidates.empty()) return "; there are none";
  std::string text = "; known are ";
  const std::size_t told = std::min(candidates.size(), told_names_max);
  for (std::size_t i = 0; i < told; ++i) text += (i == 0 ? "" : ", ") + candidates[i];
  return candidates.size() > told ? text + ", and others" : text;
}

}  // namespace chancery::daemon
