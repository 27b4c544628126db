// Appends to the audit: numbers, times and links, in the transaction of what is recorded.
#pragma once

#include "core/audit/chain.h"
#include "core/audit/record.h"
#include "daemon/journal/sqlite/database.h"

namespace chancery::daemon::sqlite {

// Within the writer's transaction, on its thread.
class AuditWriter {
 public:
  explicit AuditWriter(Database& database);

  // Reads where the audit ends. Error: corrupt AUDIT_CONTRADICTS_HEAD where the newest signed head
  // covers other records, or more than there are.
  Result<void> recover();

  // A transaction begins; what is appended in it carries this time.
  void begin(WallTime now) { now_ = now; }
  Result<void> append(const audit::Event& event);
  Result<void> record_head(std::uint64_t size, std::string_view note);
  // Says in a record that those up to `last` go. Nothing where they are gone.
  Result<void> begin_to_forget(std::uint64_t last);
  // Deletes some of them; false: all are gone.
  Result<bool> forget_some(std::uint64_t last);

  // The transaction is durable.
  void commit() { committed_ = head_; }
  // It was rolled back.
  void forget_appended() { head_ = committed_; }

 private:
  Result<bool> leads_on(const audit::Head& sealed);

  Database& database_;
  WallTime now_{};
  audit::Head head_;
  audit::Head committed_;
  Statement insert_record_;
  Statement insert_head_;
};

}  // namespace chancery::daemon::sqlite
