// What goes wrong between one signature and one service elsewhere, on its way to the audit.
#pragma once

#include <array>
#include <atomic>
#include <memory>

#include "daemon/journal/journal.h"

namespace chancery::daemon {

// Each kind once: the journal sees to it across restarts, this one spares it the asking at each
// try. Borrows the journal. On the finisher's thread.
class Troubles {
 public:
  Troubles(Journal& journal, RequestId id, std::string destination)
      : journal_(journal), id_(id), destination_(std::move(destination)) {}

  // Is not waited for: what comes of the signature is recorded later.
  void tell(audit::TroubleKind kind, const Error& error);
  // Where it is one: an answer that is not to be believed.
  void tell_alarm(const Error& error);

 private:
  using Told = std::array<std::atomic<bool>, 3>;  // by kind

  Journal& journal_;
  RequestId id_;
  std::string destination_;
  std::shared_ptr<Told> told_ = std::make_shared<Told>();  // the journal's thread's, too
};

}  // namespace chancery::daemon
