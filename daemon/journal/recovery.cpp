#include "daemon/journal/recovery.h"

#include "daemon/journal/receipt.h"

namespace chancery::daemon {

Result<std::string> recover(sqlite::Database& database, sqlite::Tables& tables,
                            std::string_view policy, WallTime now) {
  TRY(database.run(
      "INSERT OR IGNORE INTO settings VALUES('instance', lower(hex(randomblob(16))))"));
  std::string instance = TRY(database.text("SELECT value FROM settings WHERE name = 'instance'"));
  TRY(tables.audit.recover());
  tables.audit.begin(now);
  TRY(tables.audit.append(audit::Opened{instance, policy}));
  const Receipts receipts(instance);
  const Error stopped =
      unavailable("DAEMON_STOPPED", "the daemon stopped before it signed; ask again");
  for (const RequestId id : TRY(tables.requests.recover(stopped, now))) {
    const std::string receipt = receipts.receipt_for(id);
    TRY(tables.audit.append(audit::Failed{receipt, stopped.reason, stopped.message}));
  }
  TRY(tables.log.recover());
  return instance;
}

}  // namespace chancery::daemon
