#include "backends/pkcs11/connection.h"

#include <fmt/format.h>

#include <utility>

#include "backends/pkcs11/return_value.h"
#include "core/base/limits/key_hosts.h"

namespace chancery::pkcs11 {
namespace {

// Asks for the length of a list, then for the list.
template <typename T, typename Ask>
Result<std::vector<T>> read_list(std::string_view call, Ask ask) {
  CK_ULONG count = 0;
  CK_RV value = ask(nullptr, &count);
  if (value != CKR_OK) return token_failed(call, value);
  if (count > limits::token_list_max) {
    return unavailable("TOKEN_FAILED", fmt::format("{} lists {} things", call, count));
  }
  std::vector<T> out(count);
  value = ask(out.data(), &count);
  if (value != CKR_OK || count > out.size()) return token_failed(call, value);
  out.resize(count);
  return out;
}

Result<TokenFacts> find_token(const Module& module, const Options& options) {
  std::vector<TokenFacts> found;
  for (const CK_SLOT_ID slot :
       TRY(read_list<CK_SLOT_ID>("C_GetSlotList", [&](CK_SLOT_ID* list, CK_ULONG* count) {
         return module->C_GetSlotList(CK_TRUE, list, count);
       }))) {
    TokenFacts token{slot, {}, {}};
    if (module->C_GetTokenInfo(slot, &token.info) != CKR_OK) continue;  // just pulled out
    if ((token.info.flags & CKF_TOKEN_INITIALIZED) == 0) continue;
    if (options.token->matches(token.info)) found.push_back(std::move(token));
  }
  if (found.empty()) {
    return unavailable("TOKEN_ABSENT", fmt::format("no token fits {}", options.token->text()));
  }
  if (found.size() > 1) {
    return invalid_request("TOKEN_AMBIGUOUS", fmt::format("{} tokens fit {}: add its serial",
                                                          found.size(), options.token->text()));
  }
  return std::move(found.front());
}

Result<CK_SESSION_HANDLE> open_session(const Module& module, CK_SLOT_ID slot, CK_FLAGS flags) {
  CK_SESSION_HANDLE session = 0;
  const CK_RV value =
      module->C_OpenSession(slot, CKF_SERIAL_SESSION | flags, nullptr, nullptr, &session);
  if (value == CKR_OK) return session;
  if (value == CKR_SESSION_COUNT) {
    return unavailable("TOKEN_SESSIONS_FULL",
                       "the token has no session left: others hold all of them");
  }
  return token_failed("C_OpenSession", value);
}

}  // namespace

Result<Connection> connect(const Module& module, const Options& options, Login& login,
                           std::size_t sessions_max) {
  Connection out{TRY(find_token(module, options)), {}, {}};
  const CK_SLOT_ID slot = out.token.slot;
  out.sessions.push_back(TRY(open_session(module, slot, 0)));
  const View view{module, out.sessions.front()};
  TRY(login.log_in(view, out.token.info));
  out.token.mechanisms = TRY(read_list<CK_MECHANISM_TYPE>(
      "C_GetMechanismList", [&](CK_MECHANISM_TYPE* list, CK_ULONG* count) {
        return module->C_GetMechanismList(slot, list, count);
      }));
  out.keys = TRY(find_keys(view, out.token, options));
  while (out.sessions.size() < sessions_max) {
    const Result<CK_SESSION_HANDLE> another = open_session(module, slot, 0);
    if (!another.ok()) break;  // fewer will do
    out.sessions.push_back(*another);
  }
  return out;
}

void SessionPool::fill(std::vector<CK_SESSION_HANDLE> sessions) {
  const std::lock_guard lock(mutex_);
  free_ = std::move(sessions);
}

std::optional<SessionPool::Loan> SessionPool::borrow(Deadline deadline) {
  std::unique_lock lock(mutex_);
  if (!returned_.wait_until(lock, deadline.when(), [this] { return !free_.empty(); })) {
    return std::nullopt;
  }
  const CK_SESSION_HANDLE session = free_.back();
  free_.pop_back();
  return Loan(*this, session);
}

void SessionPool::take_back(CK_SESSION_HANDLE session) {
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(session);
  }
  returned_.notify_one();
}

Result<WritingSession> WritingSession::open(const Module& module, CK_SLOT_ID slot) {
  const CK_SESSION_HANDLE session = TRY(open_session(module, slot, CKF_RW_SESSION));
  return WritingSession(module, session);
}

WritingSession::WritingSession(WritingSession&& other) noexcept
    : module_(std::exchange(other.module_, nullptr)), session_(other.session_) {}

WritingSession::~WritingSession() {
  if (module_ != nullptr) (*module_)->C_CloseSession(session_);
}

}  // namespace chancery::pkcs11
