#include "core/services/signing_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <span>

#include "core/base/http_url.h"
#include "core/base/limits/services.h"
#include "core/bundle/proto_json.h"

namespace chancery::services {
namespace {

using bundle::ProtoObject;

constexpr std::string_view media_type_v02 = "application/vnd.dev.sigstore.signingconfig.v0.2+json";
constexpr std::array<std::string_view, 4> selector_names = {"SERVICE_SELECTOR_UNDEFINED", "ALL",
                                                            "ANY", "EXACT"};
// The highest first.
constexpr std::array<std::uint32_t, 2> log_versions = {2, 1};
constexpr std::array<std::uint32_t, 1> authority_versions = {1};

Result<std::uint32_t> read_number(const ProtoObject& json, std::string_view name) {
  const std::uint64_t number = TRY(json.index(name));
  if (number > std::numeric_limits<std::uint32_t>::max()) {
    return json.error("NUMBER_INVALID", name, "is beyond 32 bits");
  }
  return static_cast<std::uint32_t>(number);
}

Result<Service> read_service(const ProtoObject& json) {
  Service service;
  service.url = TRY(json.text("url"));
  const Result<void> url = check_http_url(service.url);
  if (!url.ok()) return json.error("URL_INVALID", "url", url.error().message);
  service.major_version = TRY(read_number(json, "majorApiVersion"));
  service.valid_for = TRY(bundle::read_valid_from_start(json));
  service.operator_name = TRY(json.text("operator"));
  return service;
}

Result<std::vector<Service>> read_services(const ProtoObject& top, std::string_view name) {
  std::vector<Service> services;
  for (const ProtoObject& json :
       TRY(top.objects(name, {"url", "majorApiVersion", "validFor", "operator"}))) {
    services.push_back(TRY(read_service(json)));
  }
  return services;
}

Result<Selection> read_selection(const ProtoObject& top, std::string_view name) {
  const auto json = TRY(top.object(name, {"selector", "count"}));
  if (!json) return Selection{};
  const std::size_t selector = TRY(json->enumeration("selector", selector_names));
  return Selection{static_cast<Selector>(selector), TRY(read_number(*json, "count"))};
}

// Of the highest version that has any: versions are never mixed. The newest first, and each
// operator once; those that name none are one.
std::vector<Service> usable(std::vector<Service> services, std::span<const std::uint32_t> versions,
                            WallTime now) {
  std::ranges::stable_sort(services, std::ranges::greater{},
                           [](const Service& service) { return service.valid_for.start; });
  for (const std::uint32_t version : versions) {
    std::vector<Service> out;
    std::set<std::string> operators;
    for (const Service& service : services) {
      if (service.major_version != version || !service.valid_for.contains(now)) continue;
      if (operators.insert(service.operator_name).second) out.push_back(service);
    }
    if (!out.empty()) return out;
  }
  return {};
}

// How many of those that can be used are wanted.
Result<std::size_t> wanted(const Selection& selection, std::size_t usable, std::string_view kind) {
  if (usable == 0) {
    return invalid_request(
        "SIGNING_CONFIG_SERVICES_MISSING",
        fmt::format("signing config: no {} is valid now in a version known here", kind));
  }
  switch (selection.selector) {
    case Selector::all:
      return usable;
    case Selector::any:
      return std::size_t{1};
    case Selector::exact:
      if (selection.count >= 1 && selection.count <= usable) return std::size_t{selection.count};
      return invalid_request("SIGNING_CONFIG_SERVICES_MISSING",
                             fmt::format("signing config: {} of kind {} are asked for, of {}",
                                         selection.count, kind, usable));
    case Selector::undefined:
      break;
  }
  return invalid_request("SIGNING_CONFIG_SELECTOR_UNDEFINED",
                         fmt::format("signing config: no selector says which {} are used", kind));
}

}  // namespace

Result<SigningConfig> parse_signing_config(std::string_view text) {
  const Json json = TRY(parse_json(text, "signing config", limits::signing_config_bytes_max));
  const ProtoObject top = TRY(ProtoObject::read(json, {"SIGNING_CONFIG", "signing config"},
                                                {"mediaType", "caUrls", "oidcUrls", "rekorTlogUrls",
                                                 "rekorTlogConfig", "tsaUrls", "tsaConfig"}));
  const std::string media_type = TRY(top.text("mediaType"));
  if (media_type != media_type_v02) {
    return invalid_request("SIGNING_CONFIG_VERSION_UNSUPPORTED",
                           fmt::format("signing config: media type \"{}\" is not known; version "
                                       "0.2 is",
                                       media_type.substr(0, 120)));
  }
  for (const std::string_view others : {"caUrls", "oidcUrls"}) TRY(read_services(top, others));
  SigningConfig config;
  config.logs = TRY(read_services(top, "rekorTlogUrls"));
  config.log_selection = TRY(read_selection(top, "rekorTlogConfig"));
  config.authorities = TRY(read_services(top, "tsaUrls"));
  config.authority_selection = TRY(read_selection(top, "tsaConfig"));
  return config;
}

Result<Selected> select_services(const SigningConfig& config, WallTime now) {
  Selected selected;
  selected.logs = usable(config.logs, log_versions, now);
  selected.logs.resize(TRY(wanted(config.log_selection, selected.logs.size(), "log")));
  if (!config.authorities.empty()) {
    selected.authorities = usable(config.authorities, authority_versions, now);
    selected.timestamps =
        TRY(wanted(config.authority_selection, selected.authorities.size(), "timestamp authority"));
    return selected;
  }
  if (selected.logs.front().major_version >= 2) {
    return invalid_request("SIGNING_CONFIG_TIME_SOURCE_MISSING",
                           "signing config: its logs are of version 2, which give no time, and it "
                           "lists no timestamp authority");
  }
  return selected;
}

}  // namespace chancery::services
