// One request's way through the services elsewhere: its timestamps one after the other, and beside
// them all its logs at once.
#pragma once

#include "daemon/finisher/finisher.h"
#include "daemon/finisher/log_step.h"

namespace chancery::daemon {

struct Sites {
  std::map<std::string, LogSite> logs;
  std::map<std::string, AuthoritySite> authorities;
};

// On the finisher's thread; keeps itself alive until it is done.
class Finishing : public std::enable_shared_from_this<Finishing> {
 public:
  // Each name in the plan is one of the sites.
  Finishing(SharedParts shared, Sites& sites, Unfinished work, Finisher::Done done);
  void start();

 private:
  Result<void> read_answers();
  void stamp();
  AuthoritySite* next_authority(std::string& name);
  void after_stamp(const std::string& name, const remote::Stamped& stamped);
  void record_stamp(const std::string& name, const remote::Timestamp& timestamp);
  void record_stamp_later(const std::string& name, const remote::Timestamp& timestamp);
  Result<void> record();
  void begin_log(const std::string& name, services::Proposal proposal);
  void after_log(const std::string& name, std::optional<bundle::LogEntry> entry);
  bool is_stamped() const { return timestamps_.size() >= work_.plan.timestamps; }
  bool is_for_logs() const { return work_.share != Share::timestamps; }
  bool is_whole() const { return work_.share == Share::everything; }
  void finish_if_whole();
  void end(Result<Finished> outcome);
  void wait_for_authorities(bool begins);

  SharedParts shared_;
  Sites& sites_;
  Unfinished work_;
  Finisher::Done done_;
  std::map<std::string, RemoteStep> stored_;         // by destination
  std::map<std::string, Bytes> timestamps_;          // by authority
  std::map<std::string, Troubles> troubles_;         // by authority
  std::map<std::string, bundle::LogEntry> entries_;  // by log
  std::size_t logs_left_ = 0;
  bool waits_for_authorities_ = false;
};

}  // namespace chancery::daemon
