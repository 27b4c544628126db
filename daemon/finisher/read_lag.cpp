#include "daemon/finisher/read_lag.h"

#include "core/base/limits/services.h"

namespace chancery::daemon {

Error ReadLag::judge(const Error& error, Time now) {
  if (error.reason != "LOG_NOT_YET_PUBLISHED") return error;
  if (!since_) since_ = now;
  if (now - *since_ < limits::log_lag_max) return error;
  return corrupt("LOG_SHRANK", error.message + "; that has been so for too long to be a delay");
}

}  // namespace chancery::daemon
