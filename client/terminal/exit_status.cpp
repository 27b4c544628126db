#include "client/terminal/exit_status.h"

#include <algorithm>

namespace chancery::client {

ExitStatus exit_status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_request:
    case ErrorCode::denied:
    case ErrorCode::not_found:
    case ErrorCode::unsupported:
      return ExitStatus::refused;
    case ErrorCode::unavailable:
    case ErrorCode::outcome_unknown:
    case ErrorCode::exhausted:
    case ErrorCode::corrupt:
    case ErrorCode::internal:
      return ExitStatus::could_not_run;
  }
  return ExitStatus::could_not_run;
}

ExitStatus graver(ExitStatus a, ExitStatus b) { return std::max(a, b); }

}  // namespace chancery::client
