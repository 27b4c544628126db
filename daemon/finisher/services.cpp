#include "daemon/finisher/services.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "core/base/limits/bundles.h"
#include "remote/rekor/rekor_v1.h"
#include "remote/rekor/rekor_v2.h"

namespace chancery::daemon {
namespace {

Result<bundle::TrustedRoot> read_root(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(limits::trusted_root_bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.eof() || file.gcount() == 0) {
    return invalid_request("TRUSTED_ROOT_UNREADABLE",
                           fmt::format("{}: not there, not readable, or empty", path.string()));
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  bundle::TrustedRoot root = TRY(bundle::parse_trusted_root(text));
  // Told at the start, not by the first signature that needs it.
  TRY(bundle::check_chains(root));
  return root;
}

const Bytes& first_certificate(const bundle::TrustedAuthority& authority) {
  return authority.chain.get()->front().der();
}

Error incomplete(std::string_view section, const std::filesystem::path& path,
                 std::string_view what) {
  return invalid_request("TRUSTED_ROOT_INCOMPLETE",
                         fmt::format("{}: {} lists no {}", section, path.string(), what));
}

// Each log and authority once, however many sections name the file.
void merge(bundle::TrustedRoot& all, const bundle::TrustedRoot& root) {
  for (const bundle::TrustedLog& log : root.transparency_logs) {
    const bool is_known =
        std::ranges::any_of(all.transparency_logs, [&log](const bundle::TrustedLog& each) {
          return each.log_id == log.log_id && each.key.spki() == log.key.spki() &&
                 each.valid_for.start == log.valid_for.start;
        });
    if (!is_known) all.transparency_logs.push_back(log);
  }
  for (const bundle::TrustedAuthority& authority : root.timestamp_authorities) {
    const bool is_known = std::ranges::any_of(
        all.timestamp_authorities, [&authority](const bundle::TrustedAuthority& each) {
          return each.uri == authority.uri &&
                 first_certificate(each) == first_certificate(authority);
        });
    if (!is_known) all.timestamp_authorities.push_back(authority);
  }
}

}  // namespace

Result<RemoteServices> open_services(const Config& config, const std::function<WallTime()>& now) {
  RemoteServices services;
  // Without services there is nobody to send to, and no need for a thread and a TLS library.
  if (config.remote.logs.empty() && config.remote.authorities.empty()) return services;
  services.http = TRY(remote::HttpClient::start({.ca_file = config.remote.ca_file}));
  for (const RekorSection& section : config.remote.logs) {
    const bundle::TrustedRoot root = TRY(read_root(section.trusted_root));
    if (root.transparency_logs.empty()) {
      return incomplete("[[rekor]] " + section.name, section.trusted_root, "transparency log");
    }
    merge(services.root, root);
    const bool is_v1 = section.version == 1;
    auto log =
        is_v1 ? remote::make_rekor_v1(*services.http, {section.url, root.transparency_logs, now})
              : remote::make_rekor_v2(*services.http,
                                      {section.url, section.read_url, root.transparency_logs});
    services.logs.emplace(section.name, RemoteLog{std::move(log), is_v1, section.adds_per_second});
  }
  for (const AuthoritySection& section : config.remote.authorities) {
    const bundle::TrustedRoot root = TRY(read_root(section.trusted_root));
    if (root.timestamp_authorities.empty()) {
      return incomplete("[[timestamp_authority]] " + section.name, section.trusted_root,
                        "timestamp authority");
    }
    merge(services.root, root);
    auto authority = std::make_unique<remote::TimestampAuthority>(
        *services.http,
        remote::TimestampAuthorityOptions{section.url, root.timestamp_authorities, now});
    services.authorities.emplace(section.name,
                                 RemoteAuthority{std::move(authority), section.per_second});
  }
  return services;
}

}  // namespace chancery::daemon
