// Errors on the wire: google.rpc.Status with a google.rpc.ErrorInfo that holds the reason, and a
// google.rpc.RetryInfo where it is known how soon trying again is of use.
#pragma once

#include <string_view>

#include "core/base/error.h"
#include "google/rpc/status.pb.h"

namespace chancery::wire {

inline constexpr std::string_view error_domain = "chancery";

// The exact ErrorCode survives the round trip: where two share a google.rpc.Code, the
// ErrorInfo's metadata `code` tells them apart. Text that is no UTF-8 is made so.
google::rpc::Status status_from(const Error& error);

// Of a status that is not ours only the code is understood; its reason is PEER_ERROR.
Error error_from(const google::rpc::Status& status);

}  // namespace chancery::wire
