// Time: none, outside certificate, chain, authority, root period; expired since then is fine.
#include <algorithm>

#include "tests/support/sigstore/catalogue/catalogue.h"

namespace chancery::testing {
namespace {

std::function<void(Scene&)> stamped_at(const char* time) {
  return [time](Scene& scene) {
    scene.time = at(time);
    scene.stamp();
  };
}
std::function<void(Scene&)> recorded_at(const char* time) {
  return [time](Scene& scene) {
    scene.time = at(time);
    scene.record();
  };
}

Cases leaf() {
  return {
      {"time_none", "TIME_MISSING", blob_v2, [](Scene& s) { s.bundle.timestamps.clear(); }},
      {"time_before_certificate", "CERTIFICATE_NOT_VALID", blob_v2,
       stamped_at("2026-06-01T11:59:59Z")},
      {"accepted_time_at_first_second", "", blob_v2, stamped_at("2026-06-01T12:00:00Z")},
      {"accepted_time_at_last_second", "", blob_v2, stamped_at("2026-06-01T12:10:00Z")},
      {"time_after_certificate", "CERTIFICATE_NOT_VALID", blob_v2,
       stamped_at("2026-06-01T12:10:01Z")},
      {"v1_time_before_certificate", "CERTIFICATE_NOT_VALID", blob_v1,
       recorded_at("2026-06-01T11:59:59Z")},
      {"v1_time_after_certificate", "CERTIFICATE_NOT_VALID", blob_v1,
       recorded_at("2026-06-01T12:10:01Z")},
      {"v1_good_timestamp_but_late_promise", "CERTIFICATE_NOT_VALID", blob_v1,
       [](Scene& s) {
         s.stamp();
         recorded_at("2026-06-01T13:00:00Z")(s);
       }},
      {"v1_good_promise_but_late_timestamp", "CERTIFICATE_NOT_VALID", blob_v1,
       stamped_at("2026-06-01T13:00:00Z")},
      {"time_within_but_timestamp_fraction_late", "CERTIFICATE_NOT_VALID", blob_v2,
       [](Scene& s) {
         s.stamp_options.fraction_digits = 3;
         stamped_at("2026-06-01T12:10:00.5Z")(s);
       }},
  };
}

// The algorithm of the response's signature, ecdsa-with-SHA256, becomes ecdsa-with-SHA384; nobody
// signs that.
void name_sha384(Bytes& response) {
  const Bytes oid = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
  const auto last = std::ranges::find_end(response, oid);
  CHANCERY_ASSERT(!last.empty());
  last.back() = 0x03;
}

Cases stamps() {
  return {
      {"timestamp_malformed", "TIMESTAMP_MALFORMED", blob_v2,
       [](Scene& s) {
         s.bundle.timestamps = {Bytes{0x30, 0}};
       }},
      {"timestamp_with_trailing_byte", "TIMESTAMP_MALFORMED", blob_v2,
       [](Scene& s) { s.bundle.timestamps[0].push_back(0); }},
      {"timestamp_finer_than_a_microsecond", "TIMESTAMP_MALFORMED", blob_v2,
       [](Scene& s) {
         s.stamp_options.time_text = "20260601120100.0000009Z";
         s.stamp();
       }},
      {"timestamp_a_nanosecond_after_certificate", "TIMESTAMP_MALFORMED", blob_v2,
       [](Scene& s) {
         s.stamp_options.time_text = "20260601121000.000000001Z";
         s.stamp();
       }},
      {"timestamp_of_something_else", "TIMESTAMP_IMPRINT_MISMATCH", blob_v2,
       [](Scene& s) { s.bundle.timestamps = {s.tsa.stamp(as_bytes(s.artefact), s.time)}; }},
      {"timestamp_of_an_unknown_authority", "TIMESTAMP_SIGNER_UNKNOWN", blob_v2,
       [](Scene& s) { s.bundle.timestamps = {MemoryTsa().stamp(s.signature(), s.time)}; }},
      {"timestamp_of_an_unknown_authority_that_brings_its_certificates", "TIMESTAMP_SIGNER_UNKNOWN",
       blob_v2,
       [](Scene& s) {
         StampOptions options;
         options.with_certificates = true;
         s.bundle.timestamps = {MemoryTsa().stamp(s.signature(), s.time, options)};
       }},
      {"timestamp_altered", "TIMESTAMP_SIGNATURE_INVALID", blob_v2,
       [](Scene& s) { s.bundle.timestamps[0].back() ^= 1; }},
      {"timestamp_naming_another_algorithm", "TIMESTAMP_SIGNATURE_INVALID", blob_v2,
       [](Scene& s) { name_sha384(s.bundle.timestamps[0]); }},
      {"timestamp_before_its_certificate", "TIMESTAMP_CERTIFICATE_NOT_VALID", blob_v2,
       stamped_at("2025-06-01T12:00:00Z")},
  };
}

// The log's promise gives the time too.
Cases stamps_beside_a_promise() {
  const auto stranger = [](const Scene& s) { return MemoryTsa().stamp(s.signature(), s.time); };
  const auto altered = [](const Scene& s) {
    Bytes response = s.tsa.stamp(s.signature(), s.time);
    response.back() ^= 1;
    return response;
  };
  return {
      {"v1_good_promise_but_timestamp_malformed", "TIMESTAMP_MALFORMED", blob_v1,
       [](Scene& s) {
         s.bundle.timestamps = {Bytes{0, 0, 0}};
       }},
      {"v1_good_promise_but_timestamp_empty", "TIMESTAMP_MALFORMED", blob_v1,
       [](Scene& s) { s.bundle.timestamps = {Bytes()}; }},
      {"v1_good_promise_but_timestamp_of_something_else", "TIMESTAMP_IMPRINT_MISMATCH", blob_v1,
       [](Scene& s) { s.bundle.timestamps = {s.tsa.stamp(as_bytes(s.artefact), s.time)}; }},
      {"v1_good_promise_but_timestamp_altered", "TIMESTAMP_SIGNATURE_INVALID", blob_v1,
       [altered](Scene& s) { s.bundle.timestamps = {altered(s)}; }},
      {"v1_good_promise_but_timestamp_altered_before_one_of_an_unknown_authority",
       "TIMESTAMP_SIGNATURE_INVALID", blob_v1,
       [=](Scene& s) {
         s.bundle.timestamps = {altered(s), stranger(s)};
       }},
      {"accepted_v1_good_promise_and_timestamp_of_an_unknown_authority", "", blob_v1,
       [stranger](Scene& s) { s.bundle.timestamps = {stranger(s)}; }},
  };
}

Cases periods() {
  const bundle::ValidFor until_may{at("2026-01-01T00:00:00Z"), at("2026-05-01T00:00:00Z")};
  const bundle::ValidFor until_june{at("2026-01-01T00:00:00Z"), at("2026-06-02T00:00:00Z")};
  const bundle::ValidFor from_july{at("2026-07-01T00:00:00Z"), std::nullopt};
  const bundle::ValidFor exactly{at("2026-06-01T12:01:00Z"), at("2026-06-01T12:01:00Z")};
  return {
      {"time_before_authority_s_period", "CERTIFICATE_AUTHORITY_NOT_VALID", blob_v2,
       [from_july](Scene& s) { s.root.certificate_authorities[0].valid_for = from_july; }},
      {"time_after_authority_s_period", "CERTIFICATE_AUTHORITY_NOT_VALID", blob_v2,
       [until_may](Scene& s) { s.root.certificate_authorities[0].valid_for = until_may; }},
      {"time_before_timestamp_authority_s_period", "TIMESTAMP_AUTHORITY_NOT_VALID", blob_v2,
       [from_july](Scene& s) { s.root.timestamp_authorities[0].valid_for = from_july; }},
      {"time_after_timestamp_authority_s_period", "TIMESTAMP_AUTHORITY_NOT_VALID", blob_v2,
       [until_may](Scene& s) { s.root.timestamp_authorities[0].valid_for = until_may; }},
      {"time_before_log_s_period", "LOG_KEY_NOT_VALID", blob_v2,
       [from_july](Scene& s) { s.root.transparency_logs[1].valid_for = from_july; }},
      {"time_after_log_s_period", "LOG_KEY_NOT_VALID", blob_v2,
       [until_may](Scene& s) { s.root.transparency_logs[1].valid_for = until_may; }},
      {"v1_time_before_log_s_period", "LOG_KEY_NOT_VALID", blob_v1,
       [from_july](Scene& s) { s.root.transparency_logs[0].valid_for = from_july; }},
      {"v1_time_after_log_s_period", "LOG_KEY_NOT_VALID", blob_v1,
       [until_may](Scene& s) { s.root.transparency_logs[0].valid_for = until_may; }},
      {"accepted_periods_that_ended_since", "", blob_v2,
       [until_june](Scene& s) {
         s.root.certificate_authorities[0].valid_for = until_june;
         s.root.timestamp_authorities[0].valid_for = until_june;
         s.root.transparency_logs[1].valid_for = until_june;
         s.root.certificate_logs[0].valid_for = until_june;
       }},
      {"accepted_periods_of_that_second", "", blob_v2,
       [exactly](Scene& s) {
         s.root.certificate_authorities[0].valid_for = exactly;
         s.root.timestamp_authorities[0].valid_for = exactly;
         s.root.transparency_logs[1].valid_for = exactly;
       }},
  };
}

}  // namespace

Cases time_cases() {
  Cases cases = leaf();
  for (const Cases& more : {stamps(), stamps_beside_a_promise(), periods()}) {
    cases.insert(cases.end(), more.begin(), more.end());
  }
  return cases;
}

}  // namespace chancery::testing
