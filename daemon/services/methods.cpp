#include "daemon/services/methods.h"

#include <iterator>

#include "daemon/services/key_life.h"
#include "daemon/services/keys.h"
#include "daemon/services/log.h"
#include "daemon/services/signer.h"

namespace chancery::daemon {

std::vector<Method> all_methods(const MethodParts& with) {
  std::vector<Method> all = signer_methods(with.parts, with.statements);
  const auto add = [&all](std::vector<Method> more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
  };
  add(keys_methods(with.parts));
  add(key_life_methods(with.parts, with.key_life, with.background, with.orders));
  add(policy_methods(with.parts, with.inquiries, with.load));
  add(log_methods(with.parts, with.log_start));
  add(audit_methods(with.audit));
  add(with.administration.methods(with.counts, with.background));
  return all;
}

}  // namespace chancery::daemon
