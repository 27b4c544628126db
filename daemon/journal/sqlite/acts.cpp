#include "daemon/journal/sqlite/acts.h"

#include "daemon/journal/audit_events.h"

namespace chancery::daemon::sqlite {
namespace {

Result<void> apply(Database&, std::monostate) { return {}; }

Result<void> apply(Database& database, const Stopped& effect) {
  Statement stop(database, "INSERT OR IGNORE INTO stopped VALUES(?1)");
  return stop.run(effect.subject);
}

Result<void> apply(Database& database, const Resumed& effect) {
  Statement resume(database, "DELETE FROM stopped WHERE subject = ?1");
  return resume.run(effect.subject);
}

Result<void> apply(Database& database, const Certified& effect) {
  Statement certify(database,
                    "INSERT INTO certificates VALUES(?1, ?2)"
                    " ON CONFLICT(subject) DO UPDATE SET chain = ?2");
  return certify.run(effect.subject, effect.chain);
}

Result<void> apply(Database& database, const Removed& effect) {
  TRY(apply(database, Resumed{effect.subject}));
  Statement forget(database, "DELETE FROM certificates WHERE subject = ?1");
  TRY(forget.run(effect.subject));
  // daemon/known_keys.cpp keeps a key's fingerprint there.
  Statement forget_key(database, "DELETE FROM settings WHERE name = 'known_' || ?1");
  return forget_key.run(effect.subject);
}

}  // namespace

Result<void> record_act(Database& database, const Act& act) {
  Statement insert(database, "INSERT INTO acts VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  TRY(insert.run(act.uid, act.gid, act.pid, act.method, act.subject, act.outcome,
                 cut_message(act.message), act.at));
  return std::visit([&database](const auto& effect) { return apply(database, effect); },
                    act.effect);
}

Result<Standings> read_standings(Database& database) {
  Standings out;
  Statement stopped(database, "SELECT subject FROM stopped");
  Rows subjects = stopped.rows();
  while (TRY(subjects.next())) out.stopped.emplace(subjects.text(0));
  Statement certificates(database, "SELECT subject, chain FROM certificates");
  Rows chains = certificates.rows();
  while (TRY(chains.next())) out.certificates.emplace(chains.text(0), chains.text(1));
  return out;
}

}  // namespace chancery::daemon::sqlite
