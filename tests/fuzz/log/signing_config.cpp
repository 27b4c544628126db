// Any bytes as signing_config.json: what is chosen of it can be asked, or it is refused.
#include <cstdlib>

#include "core/services/signing_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace chancery;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<services::SigningConfig> config = services::parse_signing_config(text);
  if (!config.ok()) return 0;
  const WallTime now{std::chrono::seconds(1'780'000'000)};  // 2026
  const Result<services::Selected> selected = services::select_services(*config, now);
  if (!selected.ok()) return 0;
  if (selected->logs.empty() || selected->timestamps > selected->authorities.size()) std::abort();
  for (const services::Service& log : selected->logs) {
    if (!log.valid_for.contains(now) || log.url.empty()) std::abort();
    if (log.major_version == 2 && selected->timestamps == 0) std::abort();
  }
  return 0;
}
