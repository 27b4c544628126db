// What went wrong, said so that the caller knows what to do next.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace chancery {

// Each code tells the caller what to do; retry code switches on `unavailable` and
// `outcome_unknown` alone.
enum class ErrorCode {
  invalid_request,  // mend the request; sending it again changes nothing
  denied,           // ask for a rule
  not_found,        // the thing named does not exist here
  unsupported,      // this build, device or configuration cannot do it
  unavailable,      // nothing happened: try again later
  outcome_unknown,  // it may have happened: ask before trying again
  exhausted,        // a limit is full: try again later, slower
  corrupt,          // stored or received data contradicts itself
  internal,         // a bug or a broken host: tell the operator
};

std::string_view name_of(ErrorCode code);

// `reason` is for machines: a constant in UPPER_SNAKE_CASE that docs/errors.md lists.
// `message` is for the operator: what, which, what to do. Neither ever holds a secret.
struct Error {
  ErrorCode code;
  std::string reason;
  std::string message;
  // Where it is known how soon trying again is of use.
  std::optional<std::chrono::milliseconds> retry_after = {};
};

// Named makers, so that call sites read as sentences: `return denied("NO_RULE", "...")`.
Error invalid_request(std::string reason, std::string message);
Error denied(std::string reason, std::string message);
Error not_found(std::string reason, std::string message);
Error unsupported(std::string reason, std::string message);
Error unavailable(std::string reason, std::string message);
Error outcome_unknown(std::string reason, std::string message);
Error exhausted(std::string reason, std::string message);
Error corrupt(std::string reason, std::string message);
Error internal(std::string reason, std::string message);

Error with_retry_after(Error error, std::chrono::milliseconds wait);

// `unavailable`/"FILE_OPEN_FAILED"-style error for a failed system call; names errno in words.
Error system_error(std::string reason, std::string_view what, int error_number);

}  // namespace chancery
